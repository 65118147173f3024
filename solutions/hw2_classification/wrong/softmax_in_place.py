"""Subtracts the maximum in place.

module: logistic
rejected by: test_softmax_value
"""

import torch


def softmax(x, dim):
    x.data -= x.data.amax(dim=dim, keepdim=True)
    e = torch.exp(x)
    return e / e.sum(dim=dim, keepdim=True)
