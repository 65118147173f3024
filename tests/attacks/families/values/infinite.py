"""Infinity, whose difference from infinity is no number.
---
verdicts = { square_value = "failed" }
says = ["is inf; 12 of 12 are not finite"]
"""


def square(x):
    return x * 0 + float("inf")
