"""Takes w for (O, D).

module: regression
rejected by: test_linear_value
"""


def linear(x, w, b):
    return x @ w.reshape(w.shape[1], w.shape[0]).T + b
