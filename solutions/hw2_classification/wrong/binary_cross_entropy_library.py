"""Calls F.binary_cross_entropy.

module: logistic
rejected by: test_binary_cross_entropy_value
"""

import torch.nn.functional as F


def binary_cross_entropy(p, t):
    return F.binary_cross_entropy(p, t)
