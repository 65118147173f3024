"""Forgets the factor 2.

module: logistic
rejected by: test_mse_logit_grad_value
"""

import torch


def mse_logit_grad(z, t):
    p = 1 / (1 + torch.exp(-z))
    return (p - t) * p * (1 - p)
