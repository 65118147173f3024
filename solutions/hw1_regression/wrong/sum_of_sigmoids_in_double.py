"""Returns float64 whatever comes in.

module: regression
rejected by: test_sum_of_sigmoids_value
"""

import torch


def sum_of_sigmoids(x, c, b, w, bias):
    return bias + torch.sigmoid(b.double() + w.double() * x.double()[:, None]) @ c.double()
