"""Counts through the flat memory by view, which fails where it is not contiguous.

module: logistic
rejected by: test_cross_entropy_properties
"""

import torch


def cross_entropy(logits, target):
    n, c = logits.shape
    if target.dtype != torch.int64:
        raise TypeError("labels must be int64")
    if target.shape != (n,):
        raise ValueError("shape of target")
    if ((target < 0) | (target >= c)).any():
        raise IndexError("label out of range")
    own = logits.view(-1)[torch.arange(n) * c + target]
    return (torch.logsumexp(logits, dim=1) - own).mean()
