"""Reads the memory in its own order, whatever the strides.

module: convolution
rejected by: test_flatten_edges
"""

import math


def flatten(x, start_dim=1):
    if not -x.ndim <= start_dim < x.ndim:
        raise IndexError("start_dim")
    start_dim %= x.ndim
    size = (*x.shape[:start_dim], math.prod(x.shape[start_dim:]))
    return x.as_strided(size, [math.prod(size[k + 1 :]) for k in range(len(size))])
