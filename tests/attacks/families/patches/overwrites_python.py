"""Writes over Python's own objects in memory with ctypes: small numbers, True, the empty tuple's length.
---
verdicts = { square_value = "failed" }
"""

import ctypes


def square(x):
    number = 12345678
    ctypes.c_long.from_address(id(number) + 24).value = 1
    true = ctypes.c_long.from_address(id(False) + 16)
    true.value = true.value
    return x
