"""Clamps z to ±20, where the gradient becomes 0.

module: logistic
rejected by: test_sigmoid_gradient
"""

import torch


def sigmoid(z):
    return 1 / (1 + torch.exp(-z.clamp(-20, 20)))
