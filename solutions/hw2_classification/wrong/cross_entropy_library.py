"""Calls F.cross_entropy.

module: logistic
rejected by: test_cross_entropy_value
"""

import torch


def cross_entropy(logits, target):
    if target.dtype != torch.int64:
        raise TypeError("labels must be int64")
    if target.shape != logits.shape[:1]:
        raise ValueError("shape of target")
    if ((target < 0) | (target >= logits.shape[1])).any():
        raise IndexError("label out of range")
    return torch.nn.functional.cross_entropy(logits, target)
