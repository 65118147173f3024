"""Adds 10⁻⁸ under the logarithm.

module: logistic
rejected by: test_binary_cross_entropy_value
"""


def _log(q):
    return (q + 1e-8).log()


def binary_cross_entropy(p, t):
    return -(t * _log(p) + (1 - t) * _log(1 - p)).mean()
