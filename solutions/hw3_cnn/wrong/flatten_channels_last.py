"""Puts the channels last before it flattens.

module: convolution
rejected by: test_flatten_value
"""

import math


def flatten(x, start_dim=1):
    if not -x.ndim <= start_dim < x.ndim:
        raise IndexError("start_dim")
    start_dim %= x.ndim
    if x.ndim == 4 and start_dim == 1:
        x = x.permute(0, 2, 3, 1)
    return x.reshape(*x.shape[:start_dim], math.prod(x.shape[start_dim:]))
