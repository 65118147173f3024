"""Takes every target for 0 or 1.

module: logistic
rejected by: test_binary_cross_entropy_soft
"""

import math

import torch


def _log(q):
    inside = q > math.exp(-100)
    return torch.where(inside, torch.where(inside, q, 1).log(), -100)


def binary_cross_entropy(p, t):
    return -torch.where(t > 0.5, _log(p), _log(1 - p)).mean()
