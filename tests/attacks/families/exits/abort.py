"""Aborts, in a call and while a generator is stepped.
---
verdicts = { square_value = "crashed", countdown = "crashed" }
says = ["SIGABRT during the call of square"]
"""

import os


def square(x):
    os.abort()


def countdown(n):
    yield 5
    os.abort()
