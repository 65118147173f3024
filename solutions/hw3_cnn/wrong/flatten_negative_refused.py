"""Refuses a negative start_dim.

module: convolution
rejected by: test_flatten_start
"""

import math


def flatten(x, start_dim=1):
    if not 0 <= start_dim < x.ndim:
        raise IndexError("start_dim")
    start_dim %= x.ndim
    return x.reshape(*x.shape[:start_dim], math.prod(x.shape[start_dim:]))
