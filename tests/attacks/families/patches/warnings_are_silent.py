"""Prints, warns and logs on every way out, closes and replaces stdout: no output may cost or earn anything.
---
base = "right"
points = "14"
prints = ["to the descriptor"]
"""

import logging
import os
import sys
import warnings

warnings.warn("a warning at import", UserWarning, stacklevel=1)
logging.error("logged")


def square(x):
    os.write(1, b"to the descriptor\n")
    os.write(2, b"to stderr\n")
    warnings.warn("a warning", DeprecationWarning, stacklevel=1)
    if sys.stdout is not None:
        sys.stdout.close()
    sys.stdout = None
    return x * x
