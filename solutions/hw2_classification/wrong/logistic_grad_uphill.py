"""Has the sign of the ascent, y − f.

module: logistic
rejected by: test_logistic_grad_value
"""

import torch


def logistic_grad(x, y, w, b):
    error = y - 1 / (1 + torch.exp(-(x @ w + b)))
    return x.T @ error / len(y), error.mean()
