"""Reads from the address 0.
---
base = "right"
points = "10"
verdicts = { square_value = "crashed" }
says = ["the process was ended by SIGSEGV during the call of square"]
"""

import ctypes


def square(x):
    ctypes.string_at(0)
