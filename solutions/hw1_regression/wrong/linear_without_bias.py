"""Forgets the bias.

module: regression
rejected by: test_linear_value, test_linear_gradient
"""


def linear(x, w, b):
    return x @ w
