"""A tensor without data, on the device "meta".
---
verdicts = { square_value = "failed" }
says = ["without ordinary storage"]
"""


def square(x):
    return x.to("meta")
