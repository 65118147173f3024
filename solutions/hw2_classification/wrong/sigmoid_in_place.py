"""Turns the signs in z itself.

module: logistic
rejected by: test_sigmoid_value
"""

import torch


def sigmoid(z):
    right = z >= 0
    z[right] *= -1
    e = torch.exp(z)
    return torch.where(right, 1, e) / (1 + e)
