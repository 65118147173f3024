"""Chooses between two forms, but the one not taken still overflows.

module: logistic
rejected by: test_sigmoid_large
"""

import torch


def sigmoid(z):
    return torch.where(z >= 0, 1 / (1 + torch.exp(-z)), torch.exp(z) / (1 + torch.exp(z)))
