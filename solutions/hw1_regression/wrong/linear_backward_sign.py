"""Has the wrong sign.

module: regression
rejected by: test_linear_backward_value
"""


def linear_backward(x, w, dout):
    return -dout @ w.T, -x.T @ dout, -dout.sum(dim=0)
