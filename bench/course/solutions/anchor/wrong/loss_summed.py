"""Sums the squared errors instead of averaging them.

module: anchor
rejected by: test_loss_value, test_loss_grad
"""


def linear_regression_loss(w, b, x, y):
    return ((x @ w + b - y) ** 2).sum()
