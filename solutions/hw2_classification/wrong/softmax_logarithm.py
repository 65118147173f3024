"""Gives the logarithm.

module: logistic
rejected by: test_softmax_value
"""

import torch


def softmax(x, dim):
    e = torch.exp(x - x.amax(dim=dim, keepdim=True))
    return (e / e.sum(dim=dim, keepdim=True)).log()
