"""Lets the larger class number win a tie.

module: training_tricks
rejected by: test_pseudo_labels_edges
"""


def pseudo_labels(logits, threshold):
    p, label = logits.softmax(dim=1).max(dim=1)
    label = logits.shape[1] - 1 - logits.flip(1).argmax(dim=1)
    index = (p >= threshold).nonzero().flatten()
    return index, label[index]
