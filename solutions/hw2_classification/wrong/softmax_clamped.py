"""Clamps at ±80 in place of subtracting the maximum.

module: logistic
rejected by: test_softmax_large, test_softmax_two_classes
"""

import torch


def softmax(x, dim):
    e = torch.exp(x.clamp(-80, 80))
    return e / e.sum(dim=dim, keepdim=True)
