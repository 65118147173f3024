"""Lets the check compute: returns the function that it was lent, raises through it, calls it with strange things.
---
verdicts = { apply_twice = "failed" }
says = ["the argument of f"]
"""


def apply_twice(f, x):
    for argument in (None, f, [f], "x", x.float(), x[:1]):
        try:
            f(argument)
        except Exception as error:
            print(type(error).__name__)
    return f(x[:2])
