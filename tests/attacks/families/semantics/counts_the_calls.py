"""Has its function called as often as is wanted, by a loop, and returns something else.
---
verdicts = { apply_twice = "failed" }
"""


def apply_twice(f, x):
    f(x)
    f(x)
    return x
