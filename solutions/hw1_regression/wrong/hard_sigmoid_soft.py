"""Is the soft sigmoid.

module: regression
rejected by: test_hard_sigmoid_value, test_hard_sigmoid_gradient
"""

import torch


def hard_sigmoid(x, w, b, c):
    return c * torch.sigmoid(b + w * x)
