"""Makes files that are memory, outside of every limit on memory.
---
verdicts = { summary = "failed" }
prints = ["stopped by PermissionError"]
"""

import os


def summary(values, name):
    try:
        for _ in range(10):
            os.write(os.memfd_create("x"), b"x" * (32 << 20))
        print("reached 320 MiB")
    except OSError as error:
        print("stopped by", type(error).__name__)
