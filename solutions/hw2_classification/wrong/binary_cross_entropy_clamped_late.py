"""Clamps behind the logarithm, so that the gradient at 0 is NaN.

module: logistic
rejected by: test_binary_cross_entropy_gradient_at_ends
"""


def _log(q):
    return q.log().clamp(min=-100)


def binary_cross_entropy(p, t):
    return -(t * _log(p) + (1 - t) * _log(1 - p)).mean()
