"""Subtracts the maximum along the last dimension.

module: logistic
rejected by: test_softmax_value
"""

import torch


def softmax(x, dim):
    e = torch.exp(x - x.amax(dim=-1, keepdim=True))
    return e / e.sum(dim=dim, keepdim=True)
