"""Flattens in the order of columns.

module: convolution
rejected by: test_flatten_value
"""

import math


def flatten(x, start_dim=1):
    if not -x.ndim <= start_dim < x.ndim:
        raise IndexError("start_dim")
    start_dim %= x.ndim
    if x.ndim - start_dim < 2:
        return x
    return x.transpose(-1, -2).reshape(*x.shape[:start_dim], math.prod(x.shape[start_dim:]))
