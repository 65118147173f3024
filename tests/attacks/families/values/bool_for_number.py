"""True where 1 is wanted, a float where an int is, and a number that calls itself equal.
---
verdicts = { countdown = "failed", total_of_file = "failed", summary = "failed" }
"""


class Number(int):
    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


def countdown(n):
    return iter([5, 4, 3, 2, True])


def total_of_file(path):
    return Number(0)


def summary(values, name):
    return {"name": name, "count": 3.0, "largest": 7.5}
