"""Squeezes the result, so that a batch of one loses its axis.

module: regression
rejected by: test_linear_shapes
"""


def linear(x, w, b):
    return (x @ w + b).squeeze()
