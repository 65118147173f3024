"""Takes the layers out of the list.

module: convolution
rejected by: test_receptive_field_value
"""


def receptive_field(layers):
    r, step = 1, 1
    while layers:
        kernel, stride = layers.pop(0)
        r += (kernel - 1) * step
        step *= stride
    return r
