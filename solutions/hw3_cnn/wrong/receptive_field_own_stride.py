"""Lets a layer's own stride widen its own step.

module: convolution
rejected by: test_receptive_field_value
"""


def receptive_field(layers):
    r, step = 1, 1
    for kernel, stride in layers:
        step *= stride
        r += (kernel - 1) * step
    return r
