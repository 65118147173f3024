"""Does not subtract the maximum.

module: training_tricks
rejected by: test_pseudo_labels_edges
"""


def pseudo_labels(logits, threshold):
    p, label = (logits.exp() / logits.exp().sum(dim=1, keepdim=True)).max(dim=1)
    index = (p >= threshold).nonzero().flatten()
    return index, label[index]
