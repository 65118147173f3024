"""Takes view, which refuses a transposed tensor.

module: convolution
rejected by: test_flatten_edges
"""

import math


def flatten(x, start_dim=1):
    if not -x.ndim <= start_dim < x.ndim:
        raise IndexError("start_dim")
    start_dim %= x.ndim
    return x.view(*x.shape[:start_dim], math.prod(x.shape[start_dim:]))
