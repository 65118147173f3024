"""Gives a float.

module: convolution
rejected by: test_receptive_field_value
"""


def receptive_field(layers):
    r, step = 1.0, 1
    for kernel, stride in layers:
        r += (kernel - 1) * step
        step *= stride
    return r
