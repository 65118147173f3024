"""Stacks what it keeps, which fails for nothing.

module: training_tricks
rejected by: test_pseudo_labels_none_or_all
"""

import torch


def pseudo_labels(logits, threshold):
    p, label = logits.softmax(dim=1).max(dim=1)
    index = (p >= threshold).nonzero().flatten()
    return torch.stack(list(index)), torch.stack(list(label[index]))
