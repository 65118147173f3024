"""Calls torch.sigmoid.

module: logistic
rejected by: test_mse_logit_grad_value
"""

import torch


def mse_logit_grad(z, t):
    p = torch.sigmoid(z)
    return 2 * (p - t) * p * (1 - p)
