"""Sums over all elements.

module: logistic
rejected by: test_softmax_value
"""

import torch


def softmax(x, dim):
    e = torch.exp(x - x.amax(dim=dim, keepdim=True))
    return e / e.sum()
