"""Returns float64 whatever comes in.

module: regression
rejected by: test_linear_backward_batches
"""


def linear_backward(x, w, dout):
    x, w, dout = x.double(), w.double(), dout.double()
    return dout @ w.T, x.T @ dout, dout.sum(dim=0)
