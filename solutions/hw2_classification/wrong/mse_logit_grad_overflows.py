"""Has e^z/(1 + e^z) for the sigmoid, NaN at 1000.

module: logistic
rejected by: test_mse_logit_grad_vanishes
"""

import torch


def mse_logit_grad(z, t):
    p = torch.exp(z) / (1 + torch.exp(z))
    return 2 * (p - t) * p * (1 - p)
