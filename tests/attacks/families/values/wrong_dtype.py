"""Right numbers as float32.
---
verdicts = { square_value = "failed" }
says = ["float32"]
"""


def square(x):
    return (x * x).float()
