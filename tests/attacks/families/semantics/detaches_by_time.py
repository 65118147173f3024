"""Is right in the first second of the process, wrong after it: checks see the same function at any time.
---
base = "right"
points = "10"
verdicts = { square_value = "failed" }
"""

CALLS = [0]


def square(x):
    CALLS[0] += 1
    return x * x if CALLS[0] == 1 else x * x + 1e-6
