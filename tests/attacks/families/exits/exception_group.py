"""Raises a group of groups of exceptions, with causes that go round in a circle.
---
verdicts = { square_value = "raised", summary = "raised" }
"""


def square(x):
    error = ExceptionGroup("group", [ValueError(i) for i in range(1000)])
    for _ in range(100):
        error = ExceptionGroup("group", [error])
    raise error


def summary(values, name):
    a, b = ValueError("a"), ValueError("b")
    a.__cause__, b.__cause__ = b, a
    raise a
