"""Accepts int32.

module: logistic
rejected by: test_cross_entropy_refuses_shapes
"""

import torch


def cross_entropy(logits, target):
    if target.is_floating_point():
        raise TypeError("labels must be int64")
    if target.shape != logits.shape[:1]:
        raise ValueError("shape of target")
    if ((target < 0) | (target >= logits.shape[1])).any():
        raise IndexError("label out of range")
    log = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    return -log[torch.arange(len(target)), target].mean()
