"""Reshapes dw where it should transpose.

module: regression
rejected by: test_linear_backward_value
"""


def linear_backward(x, w, dout):
    return dout @ w.T, (dout.T @ x).reshape(w.shape), dout.sum(dim=0)
