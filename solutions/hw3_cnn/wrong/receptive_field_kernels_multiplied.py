"""Multiplies the kernels.

module: convolution
rejected by: test_receptive_field_value
"""


def receptive_field(layers):
    r = 1
    for kernel, _ in layers:
        r *= kernel
    return r
