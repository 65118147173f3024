"""Answers in float64.

module: logistic
rejected by: test_sigmoid_value
"""

import torch


def sigmoid(z):
    right = z >= 0
    e = torch.exp(torch.where(right, -z, z).double())
    return torch.where(right, 1, e) / (1 + e)
