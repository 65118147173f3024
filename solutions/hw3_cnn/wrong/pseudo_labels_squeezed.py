"""Squeezes, so that a single row gives shape ().

module: training_tricks
rejected by: test_pseudo_labels_none_or_all
"""


def pseudo_labels(logits, threshold):
    p, label = logits.softmax(dim=1).max(dim=1)
    index = (p >= threshold).nonzero().squeeze()
    return index, label[index]
