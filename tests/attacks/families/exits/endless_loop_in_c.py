"""A loop in C that never looks at signals, holding the interpreter's lock.
---
base = "right"
points = "10"
verdicts = { square_value = "timeout" }
says = ["the call of square did not finish within"]
"""

import re


def square(x):
    re.match(r"(a+)+$", "a" * 64 + "b")
    return x * x
