"""Takes (x, w, b, c, bias), the order of hard_sigmoid.

module: regression
rejected by: test_sum_of_sigmoids_value, test_sum_of_sigmoids_gradient
"""

import torch


def sum_of_sigmoids(x, w, b, c, bias):
    return bias + torch.sigmoid(b + w * x[:, None]) @ c
