"""Returns float64 whatever comes in.

module: regression
rejected by: test_hard_sigmoid_value
"""

import torch


def hard_sigmoid(x, w, b, c):
    z = b + w * x.double()
    return c / 6 * (torch.relu(z + 3) - torch.relu(z - 3))
