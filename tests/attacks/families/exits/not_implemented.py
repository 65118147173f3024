"""Calls itself not attempted where it is not: that costs the same.
---
verdicts = { square_value = "not_attempted" }
says = ["square is not implemented yet: "]
"""


def square(x):
    raise NotImplementedError("please be kind")
