"""Leaves the sigmoid out.

module: logistic
rejected by: test_logistic_grad_value
"""


def logistic_grad(x, y, w, b):
    error = x @ w + b - y
    return x.T @ error / len(y), error.mean()
