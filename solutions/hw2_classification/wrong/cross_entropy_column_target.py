"""Accepts a target of shape (N, 1).

module: logistic
rejected by: test_cross_entropy_refuses_shapes
"""

import torch


def cross_entropy(logits, target):
    if target.dtype != torch.int64:
        raise TypeError("labels must be int64")
    target = target.reshape(-1)
    if ((target < 0) | (target >= logits.shape[1])).any():
        raise IndexError("label out of range")
    log = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    return -log[torch.arange(len(target)), target].mean()
