"""A tensor of forty dimensions.
---
verdicts = { square_value = "failed" }
says = ["32 dimensions"]
"""


def square(x):
    return x.flatten()[:1].reshape((1,) * 40)
