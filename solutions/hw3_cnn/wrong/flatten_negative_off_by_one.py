"""Counts a negative start_dim from one before the end.

module: convolution
rejected by: test_flatten_start
"""

import math


def flatten(x, start_dim=1):
    if not -x.ndim <= start_dim < x.ndim:
        raise IndexError("start_dim")
    start_dim = max(start_dim - 1 + x.ndim, 0) if start_dim < 0 else start_dim
    return x.reshape(*x.shape[:start_dim], math.prod(x.shape[start_dim:]))
