"""Calls the function of the check for ever, so that it is the grader that works.
---
verdicts = { apply_twice = "timeout" }
says = ["the call of apply_twice did not finish within"]
"""


def apply_twice(f, x):
    while True:
        f(x)
