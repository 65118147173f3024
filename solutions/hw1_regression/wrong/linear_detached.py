"""Rebuilds the result from numbers, which autograd does not follow.

module: regression
rejected by: test_linear_gradient
"""

import torch


def linear(x, w, b):
    return torch.tensor((x @ w + b).tolist(), dtype=x.dtype)
