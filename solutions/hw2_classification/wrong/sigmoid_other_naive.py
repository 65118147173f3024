"""Writes eᶻ/(1 + eᶻ), which is NaN at 1000.

module: logistic
rejected by: test_sigmoid_large
"""

import torch


def sigmoid(z):
    return torch.exp(z) / (1 + torch.exp(z))
