"""Views dout flat, which a transposed one does not allow.

module: regression
rejected by: test_linear_backward_batches
"""


def linear_backward(x, w, dout):
    return dout @ w.T, x.T @ dout, dout.view(-1).view(dout.shape).sum(dim=0)
