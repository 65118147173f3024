"""Clips p to [10⁻⁷, 1 − 10⁻⁷].

module: logistic
rejected by: test_binary_cross_entropy_ends
"""

import math

import torch


def _log(q):
    inside = q > math.exp(-100)
    return torch.where(inside, torch.where(inside, q, 1).log(), -100)


def binary_cross_entropy(p, t):
    p = p.clamp(1e-7, 1 - 1e-7)
    return -(t * _log(p) + (1 - t) * _log(1 - p)).mean()
