"""Lets no gradient reach c.

module: regression
rejected by: test_hard_sigmoid_gradient
"""

import torch


def hard_sigmoid(x, w, b, c):
    z = b + w * x
    return torch.as_tensor(c).detach() / 6 * (torch.relu(z + 3) - torch.relu(z - 3))
