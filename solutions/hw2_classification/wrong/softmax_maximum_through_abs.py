"""Subtracts the largest absolute value.

module: logistic
rejected by: test_softmax_large
"""

import torch


def softmax(x, dim):
    e = torch.exp(x - x.abs().amax(dim=dim, keepdim=True))
    return e / e.sum(dim=dim, keepdim=True)
