"""Cuts off the product t·ln p, not the logarithm.

module: logistic
rejected by: test_binary_cross_entropy_soft
"""

import torch


def binary_cross_entropy(p, t):
    left, right = (q > 0 for q in (p, 1 - p))
    a = torch.where(left, t * torch.where(left, p, 1).log(), torch.where(t > 0, -100, 0))
    b = torch.where(right, (1 - t) * torch.where(right, 1 - p, 1).log(), torch.where(t < 1, -100, 0))
    return -(a.clamp(min=-100) + b.clamp(min=-100)).mean()
