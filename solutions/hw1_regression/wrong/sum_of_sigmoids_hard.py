"""Adds hard sigmoids.

module: regression
rejected by: test_sum_of_sigmoids_value, test_sum_of_sigmoids_gradient
"""

import torch


def sum_of_sigmoids(x, c, b, w, bias):
    return bias + torch.nn.functional.hardsigmoid(b + w * x[:, None]) @ c
