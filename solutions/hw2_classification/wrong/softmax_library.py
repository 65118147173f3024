"""Calls log_softmax.

module: logistic
rejected by: test_softmax_value
"""


def softmax(x, dim):
    return x.log_softmax(dim).exp()
