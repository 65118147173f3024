"""Reshapes by view, which fails where the memory is not contiguous.

module: logistic
rejected by: test_logistic_grad_batches
"""


def logistic_grad(x, y, w, b):
    error = sigmoid(x @ w + b) - y  # noqa: F821
    return (error.view(-1, 1) * x.view(-1).view(x.shape)).mean(dim=0), error.mean()
