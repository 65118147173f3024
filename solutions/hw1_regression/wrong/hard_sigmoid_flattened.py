"""Flattens x, so that it does not broadcast.

module: regression
rejected by: test_hard_sigmoid_broadcast
"""

import torch


def hard_sigmoid(x, w, b, c):
    z = b + w * x.flatten()
    return c / 6 * (torch.relu(z + 3) - torch.relu(z - 3))
