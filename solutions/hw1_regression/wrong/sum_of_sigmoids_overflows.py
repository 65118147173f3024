"""Computes the sigmoid by exp, whose gradient overflows.

module: regression
rejected by: test_sum_of_sigmoids_large
"""

import torch


def sum_of_sigmoids(x, c, b, w, bias):
    return bias + (c / (1 + torch.exp(-(b + w * x[:, None])))).sum(dim=1)
