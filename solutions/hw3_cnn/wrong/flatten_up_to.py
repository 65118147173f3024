"""Flattens the dimensions before start_dim.

module: convolution
rejected by: test_flatten_value
"""

import math


def flatten(x, start_dim=1):
    if not -x.ndim <= start_dim < x.ndim:
        raise IndexError("start_dim")
    start_dim %= x.ndim
    return x.reshape(math.prod(x.shape[: start_dim + 1]), *x.shape[start_dim + 1 :])
