"""Raises AssertionError with an empty text, and with the text of a pass.
---
verdicts = { square_value = "raised", summary = "raised" }
says = ["AssertionError"]
"""


def square(x):
    raise AssertionError


def summary(values, name):
    raise AssertionError("passed")
