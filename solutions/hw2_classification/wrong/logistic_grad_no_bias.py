"""Forgets b in the model.

module: logistic
rejected by: test_logistic_grad_value
"""

import torch


def logistic_grad(x, y, w, b):
    error = 1 / (1 + torch.exp(-(x @ w))) - y
    return x.T @ error / len(y), error.mean()
