"""Lets no gradient reach w.

module: regression
rejected by: test_sum_of_sigmoids_gradient
"""

import torch


def sum_of_sigmoids(x, c, b, w, bias):
    return bias + torch.sigmoid(b + w.detach() * x[:, None]) @ c
