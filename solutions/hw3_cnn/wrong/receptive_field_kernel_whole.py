"""Forgets the − 1 at the kernel.

module: convolution
rejected by: test_receptive_field_value
"""


def receptive_field(layers):
    r, step = 1, 1
    for kernel, stride in layers:
        r += kernel * step
        step *= stride
    return r
