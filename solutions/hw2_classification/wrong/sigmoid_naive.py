"""Writes 1/(1 + e⁻ᶻ), whose gradient is NaN at −1000.

module: logistic
rejected by: test_sigmoid_large
"""

import torch


def sigmoid(z):
    return 1 / (1 + torch.exp(-z))
