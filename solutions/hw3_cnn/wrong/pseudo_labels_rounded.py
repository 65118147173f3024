"""Rounds the probabilities to two digits.

module: training_tricks
rejected by: test_pseudo_labels_edges
"""


def pseudo_labels(logits, threshold):
    p, label = logits.softmax(dim=1).max(dim=1)
    index = (p.round(decimals=2) >= threshold).nonzero().flatten()
    return index, label[index]
