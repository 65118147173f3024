"""Lets reshape find the size, which it cannot for an empty batch.

module: convolution
rejected by: test_flatten_edges
"""


def flatten(x, start_dim=1):
    if not -x.ndim <= start_dim < x.ndim:
        raise IndexError("start_dim")
    start_dim %= x.ndim
    return x.reshape(*x.shape[:start_dim], -1)
