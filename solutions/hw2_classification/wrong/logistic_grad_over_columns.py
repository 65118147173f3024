"""Divides dw by the number of columns.

module: logistic
rejected by: test_logistic_grad_value
"""

import torch


def logistic_grad(x, y, w, b):
    error = 1 / (1 + torch.exp(-(x @ w + b))) - y
    return x.T @ error / x.shape[1], error.mean()
