"""A single element, which a comparison would stretch to the shape that is wanted.
---
verdicts = { square_value = "failed" }
says = ["shape"]
"""


def square(x):
    return (x * x).mean().reshape(1, 1)
