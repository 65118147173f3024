"""Flattens by view, which fails where the memory is not contiguous.

module: logistic
rejected by: test_sigmoid_shapes
"""

import torch


def sigmoid(z):
    return (0.5 + 0.5 * torch.tanh(z.view(-1) / 2)).view(z.shape)
