"""Lets start_dim = x.ndim pass and adds a dimension.

module: convolution
rejected by: test_flatten_start
"""

import math


def flatten(x, start_dim=1):
    if not -x.ndim <= start_dim <= x.ndim:
        raise IndexError("start_dim")
    start_dim += x.ndim if start_dim < 0 else 0
    return x.reshape(*x.shape[:start_dim], math.prod(x.shape[start_dim:]))
