"""Returns float64 whatever comes in.

module: regression
rejected by: test_linear_value
"""


def linear(x, w, b):
    return x.double() @ w.double() + b.double()
