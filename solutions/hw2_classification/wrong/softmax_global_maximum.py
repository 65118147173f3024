"""Subtracts the maximum of the whole tensor, so that a low row is 0/0.

module: logistic
rejected by: test_softmax_large
"""

import torch


def softmax(x, dim):
    e = torch.exp(x - x.max())
    return e / e.sum(dim=dim, keepdim=True)
