"""Forgets the sigmoid's slope.

module: logistic
rejected by: test_mse_logit_grad_value
"""

import torch


def mse_logit_grad(z, t):
    p = 1 / (1 + torch.exp(-z))
    return 2 * (p - t)
