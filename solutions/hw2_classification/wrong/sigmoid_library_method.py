"""Calls the method sigmoid.

module: logistic
rejected by: test_sigmoid_value
"""


def sigmoid(z):
    return z.sigmoid()
