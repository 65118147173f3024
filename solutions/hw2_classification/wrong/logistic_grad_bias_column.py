"""Gives db the shape (1,).

module: logistic
rejected by: test_logistic_grad_value
"""

import torch


def logistic_grad(x, y, w, b):
    error = 1 / (1 + torch.exp(-(x @ w + b))) - y
    return x.T @ error / len(y), error.mean(dim=0, keepdim=True)
