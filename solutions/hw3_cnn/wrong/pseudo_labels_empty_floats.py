"""Gives float tensors if no row is kept.

module: training_tricks
rejected by: test_pseudo_labels_none_or_all
"""

import torch


def pseudo_labels(logits, threshold):
    p, label = logits.softmax(dim=1).max(dim=1)
    index = (p >= threshold).nonzero().flatten()
    if not len(index):
        return torch.tensor([]), torch.tensor([])
    return index, label[index]
