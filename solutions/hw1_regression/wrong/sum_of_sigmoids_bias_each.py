"""Adds the bias once per sigmoid.

module: regression
rejected by: test_sum_of_sigmoids_value, test_sum_of_sigmoids_gradient
"""

import torch


def sum_of_sigmoids(x, c, b, w, bias):
    return (bias + c * torch.sigmoid(b + w * x[:, None])).sum(dim=1)
