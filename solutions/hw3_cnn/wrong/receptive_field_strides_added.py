"""Adds the strides where it should multiply.

module: convolution
rejected by: test_receptive_field_value
"""


def receptive_field(layers):
    r, step = 1, 1
    for kernel, stride in layers:
        r += (kernel - 1) * step
        step += stride - 1
    return r
