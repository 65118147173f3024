"""Writes it with |z|, whose slope at 0 is 0.

module: logistic
rejected by: test_sigmoid_gradient
"""

import torch


def sigmoid(z):
    right = z >= 0
    e = torch.exp(-z.abs())
    return torch.where(right, 1, e) / (1 + e)
