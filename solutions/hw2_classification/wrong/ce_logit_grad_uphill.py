"""Has the other sign.

module: logistic
rejected by: test_ce_logit_grad_value
"""

import torch


def ce_logit_grad(z, t):
    return t - 1 / (1 + torch.exp(-z))
