"""Does not cut the logarithm off.

module: logistic
rejected by: test_binary_cross_entropy_ends
"""


def _log(q):
    return q.log()


def binary_cross_entropy(p, t):
    return -(t * _log(p) + (1 - t) * _log(1 - p)).mean()
