"""Lets no gradient reach the bias.

module: regression
rejected by: test_linear_gradient
"""


def linear(x, w, b):
    return x @ w + b.detach()
