"""Fills its folders and leaves it all there, check after check.
---
verdicts = { summary = "failed", total_of_file = "failed" }
unsaid = ["No space left on device"]
"""

import os


def fill():
    for n in range(20):
        with open(f"{os.environ['TMPDIR']}/attack-left-{n}", "wb") as file:
            file.write(b"x" * (10 << 20))


def summary(values, name):
    fill()
    return values


def total_of_file(path):
    fill()
    return path


def countdown(n):
    fill()
    yield 1
