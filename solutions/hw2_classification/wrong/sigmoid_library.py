"""Calls torch.special.expit.

module: logistic
rejected by: test_sigmoid_value
"""

import torch


def sigmoid(z):
    return torch.special.expit(z)
