"""Never ends the ramp.

module: regression
rejected by: test_hard_sigmoid_value, test_hard_sigmoid_gradient
"""

import torch


def hard_sigmoid(x, w, b, c):
    return c / 6 * torch.relu(b + w * x + 3)
