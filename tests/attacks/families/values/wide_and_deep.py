"""A million numbers in a list, and a list in a list, ten thousand deep.
---
verdicts = { summary = "failed", total_of_file = "failed" }
says = ["holds more than 200000 values", "is nested deeper than 32 levels"]
"""


def summary(values, name):
    return [0] * 1_000_000


def total_of_file(path):
    deep = []
    for _ in range(10_000):
        deep = [deep]
    return deep
