"""Forks in a call, so that two processes answer: the second has no line to do so.
---
base = "right"
points = "14"
"""

import os


def square(x):
    os.fork()
    return x * x
