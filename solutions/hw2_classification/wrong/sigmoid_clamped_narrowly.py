"""Clamps z to ±10.

module: logistic
rejected by: test_sigmoid_gradient
"""

import torch


def sigmoid(z):
    return 1 / (1 + torch.exp(-z.clamp(-10, 10)))
