"""Returns (dw, dx, db).

module: regression
rejected by: test_linear_backward_value
"""


def linear_backward(x, w, dout):
    return x.T @ dout, dout @ w.T, dout.sum(dim=0)
