"""Prints without end, to stdout and stderr.
---
verdicts = { summary = "timeout" }
says = ["did not finish within"]
prints = ["more bytes were printed]"]
"""

import os


def summary(values, name):
    while True:
        os.write(1, b"A" * 65536)
        os.write(2, b"\x1b[2J\n" * 1000)
