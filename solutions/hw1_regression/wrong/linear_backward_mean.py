"""Averages the bias' gradient over the batch.

module: regression
rejected by: test_linear_backward_value, test_linear_backward_batches
"""


def linear_backward(x, w, dout):
    return dout @ w.T, x.T @ dout, dout.mean(dim=0)
