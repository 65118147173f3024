"""Forks in a call: two processes answer, and the second answer is taken for that to the next question.
---
base = "right"
points = "10"
verdicts = { square_value = "failed" }
says = ["expected shape (1,), got (3, 4)"]
"""

import os


def square(x):
    os.fork()
    return x * x
