"""Takes the hard sigmoid, a line between −3 and 3.

module: logistic
rejected by: test_sigmoid_value
"""

import torch


def sigmoid(z):
    return torch.clamp(z / 6 + 0.5, 0, 1)
