"""NaN, with which every comparison is false: also "is the difference too large?".
---
verdicts = { square_value = "failed" }
says = ["is nan; 12 of 12 are not finite"]
"""


def square(x):
    return x * float("nan")
