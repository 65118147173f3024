"""Gives σ(−z).

module: logistic
rejected by: test_sigmoid_value
"""

import torch


def sigmoid(z):
    right = z >= 0
    e = torch.exp(torch.where(right, -z, z))
    return torch.where(right, e, 1) / (1 + e)
