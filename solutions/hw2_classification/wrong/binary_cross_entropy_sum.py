"""Sums where it should average.

module: logistic
rejected by: test_binary_cross_entropy_value
"""

import math

import torch


def _log(q):
    inside = q > math.exp(-100)
    return torch.where(inside, torch.where(inside, q, 1).log(), -100)


def binary_cross_entropy(p, t):
    return -(t * _log(p) + (1 - t) * _log(1 - p)).sum()
