"""A tensor whose memory was taken away.
---
verdicts = { square_value = "crashed" }
says = ["the call of square"]
"""


def square(x):
    y = x * x
    y.untyped_storage().resize_(0)
    return y
