"""None where a tensor is wanted.
---
verdicts = { square_value = "failed" }
says = ["None (is a return missing?)"]
"""


def square(x):
    return None
