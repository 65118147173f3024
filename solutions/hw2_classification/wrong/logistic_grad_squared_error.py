"""Multiplies by f(1 − f), as the squared error would.

module: logistic
rejected by: test_logistic_grad_value
"""

import torch


def logistic_grad(x, y, w, b):
    error = 1 / (1 + torch.exp(-(x @ w + b))) - y
    f = error + y
    error = error * f * (1 - f)
    return x.T @ error / len(y), error.mean()
