"""Keeps the line between grader and worker open in a check, and writes garbage to it, and takes its orders.
---
base = "right"
points = "10"
verdicts = { square_value = "crashed" }
"""

import gc
import os

from grader.sandbox.channel import Channel

LINES = [os.dup(o.sock.fileno()) for o in gc.get_objects() if isinstance(o, Channel) and o.sock.fileno() >= 0]


def square(x):
    for line in LINES:
        os.write(line, b"GRD1" + b"\xff" * 12 + b"garbage")
    return x * x
