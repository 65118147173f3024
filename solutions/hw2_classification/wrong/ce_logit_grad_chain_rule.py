"""Multiplies dL/dp by the slope, 0/0 where σ is 0 or 1.

module: logistic
rejected by: test_ce_logit_grad_value
"""

import torch


def ce_logit_grad(z, t):
    p = 1 / (1 + torch.exp(-z))
    return (p - t) / (p * (1 - p)) * (p * (1 - p))
