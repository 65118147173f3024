"""Divides by N once more.

module: regression
rejected by: test_linear_backward_value
"""


def linear_backward(x, w, dout):
    return dout @ w.T, x.T @ dout / len(x), dout.mean(dim=0)
