"""Swallows what the check's own function raises, and goes on.
---
verdicts = { apply_twice = "failed" }
"""


def apply_twice(f, x):
    try:
        f(x.float())
    except BaseException:
        return x
    return x
