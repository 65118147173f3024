"""Copies the function that the check has lent, deeply, and what it knows of the other side with it.
---
verdicts = { apply_twice = "raised" }
says = ["cannot pickle"]
"""

import copy


def apply_twice(f, x):
    g = copy.deepcopy(f)
    return g(g(x))
