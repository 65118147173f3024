"""Keeps the most confident row if none reaches the threshold.

module: training_tricks
rejected by: test_pseudo_labels_none_or_all
"""


def pseudo_labels(logits, threshold):
    p, label = logits.softmax(dim=1).max(dim=1)
    index = (p >= threshold).nonzero().flatten()
    index = index if len(index) else p.argmax()[None]
    return index, label[index]
