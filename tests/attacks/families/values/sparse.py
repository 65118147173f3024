"""A sparse tensor, for which many comparisons are not defined.
---
verdicts = { square_value = "failed" }
says = ["only dense tensors may cross"]
"""


def square(x):
    return x.to_sparse()
