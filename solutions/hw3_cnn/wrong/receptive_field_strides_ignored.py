"""Ignores the strides.

module: convolution
rejected by: test_receptive_field_value
"""


def receptive_field(layers):
    r, step = 1, 1
    for kernel, _ in layers:
        r += (kernel - 1) * step
    return r
