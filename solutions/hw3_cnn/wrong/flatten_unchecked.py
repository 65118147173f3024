"""Takes a start_dim that is out of range by slicing.

module: convolution
rejected by: test_flatten_start
"""

import math


def flatten(x, start_dim=1):
    return x.reshape(*x.shape[:start_dim], math.prod(x.shape[start_dim:]))
