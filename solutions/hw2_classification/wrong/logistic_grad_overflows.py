"""Has e^z/(1 + e^z) for the sigmoid, NaN at 1000.

module: logistic
rejected by: test_logistic_grad_large
"""

import torch


def logistic_grad(x, y, w, b):
    error = torch.exp(x @ w + b) / (1 + torch.exp(x @ w + b)) - y
    return x.T @ error / len(y), error.mean()
