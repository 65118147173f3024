"""Subtracts the mean in place of the maximum.

module: logistic
rejected by: test_softmax_large
"""

import torch


def softmax(x, dim):
    e = torch.exp(x - x.mean(dim=dim, keepdim=True))
    return e / e.sum(dim=dim, keepdim=True)
