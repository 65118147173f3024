"""Takes the stride of the layer before only.

module: convolution
rejected by: test_receptive_field_value, test_receptive_field_deep
"""


def receptive_field(layers):
    r, step = 1, 1
    for kernel, stride in layers:
        r += (kernel - 1) * step
        step = stride
    return r
