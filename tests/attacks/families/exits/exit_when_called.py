"""Ends the process with 0 in a call.
---
base = "right"
points = "10"
verdicts = { square_value = "crashed", square_gradient = "skipped" }
says = ["the process ended itself during the call of square (exit code 0)"]
"""

import os


def square(x):
    os._exit(0)
