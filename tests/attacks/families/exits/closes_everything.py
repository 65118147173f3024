"""Closes every descriptor, the conversation too, and goes on.
---
verdicts = { square_value = "crashed" }
says = ["the call of square"]
"""

import os


def square(x):
    os.closerange(0, 256)
    while True:
        pass
