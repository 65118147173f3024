"""Flattens the batch too.

module: convolution
rejected by: test_flatten_value
"""

import math


def flatten(x, start_dim=1):
    if not -x.ndim <= start_dim < x.ndim:
        raise IndexError("start_dim")
    start_dim = 0
    return x.reshape(*x.shape[:start_dim], math.prod(x.shape[start_dim:]))
