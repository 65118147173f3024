"""Gives the gradient with respect to p.

module: logistic
rejected by: test_ce_logit_grad_value
"""

import torch


def ce_logit_grad(z, t):
    p = 1 / (1 + torch.exp(-z))
    return (p - t) / (p * (1 - p))
