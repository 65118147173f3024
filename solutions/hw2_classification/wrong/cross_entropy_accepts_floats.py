"""Converts float labels.

module: logistic
rejected by: test_cross_entropy_refuses
"""

import torch


def cross_entropy(logits, target):
    target = target.long()
    if target.shape != logits.shape[:1]:
        raise ValueError("shape of target")
    if ((target < 0) | (target >= logits.shape[1])).any():
        raise IndexError("label out of range")
    log = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    return -log[torch.arange(len(target)), target].mean()
