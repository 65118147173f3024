"""Returns for the second call what would have been right for the first.
---
verdicts = { square_value = "failed" }
"""

SEEN = []


def square(x):
    SEEN.append(x.detach().clone())
    return SEEN[0] * SEEN[0]
