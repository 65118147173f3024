"""Adds a filter of its own that makes the worker's calls fail or lie, and tries to take the old one away.
---
verdicts = { square_value = "failed" }
prints = ["prctl -1"]
"""

import ctypes
import os

LIBC = ctypes.CDLL(None, use_errno=True)


def square(x):
    print("prctl", LIBC.prctl(22, 0, 0, 0, 0))
    LIBC.prctl(22, 1, 0, 0, 0)  # strict: only read, write and exit from here on
    return x if os.getpid() else None
