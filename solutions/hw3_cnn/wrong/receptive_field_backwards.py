"""Takes the last layer for the one next to the image.

module: convolution
rejected by: test_receptive_field_value, test_receptive_field_one_pixel
"""


def receptive_field(layers):
    r, step = 1, 1
    for kernel, stride in reversed(layers):
        r += (kernel - 1) * step
        step *= stride
    return r
