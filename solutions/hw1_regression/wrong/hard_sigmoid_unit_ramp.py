"""Ramps from z = 0 to z = 1.

module: regression
rejected by: test_hard_sigmoid_value, test_hard_sigmoid_gradient
"""

import torch


def hard_sigmoid(x, w, b, c):
    z = b + w * x
    return c * (torch.relu(z) - torch.relu(z - 1))
