"""Cuts off only where the logarithm is −Inf.

module: logistic
rejected by: test_binary_cross_entropy_soft
"""

import torch


def _log(q):
    inside = q > 0
    return torch.where(inside, torch.where(inside, q, 1).log(), -100)


def binary_cross_entropy(p, t):
    return -(t * _log(p) + (1 - t) * _log(1 - p)).mean()
