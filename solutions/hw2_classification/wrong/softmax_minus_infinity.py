"""Replaces −Inf by −10, to be safe.

module: logistic
rejected by: test_softmax_shapes
"""

import torch


def softmax(x, dim):
    x = torch.where(torch.isinf(x), -10, x)
    e = torch.exp(x - x.amax(dim=dim, keepdim=True))
    return e / e.sum(dim=dim, keepdim=True)
