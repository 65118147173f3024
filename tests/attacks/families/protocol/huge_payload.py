"""Announces numbers of 16 exbibytes; and just as many as are allowed, of which it sends none.
---
base = "right"
points = "9"
verdicts = { square_value = "crashed", summary = "timeout" }
says = ["not a frame, or one over the limits", "the call of summary did not finish within"]
"""

import gc
import struct
import time

from grader.sandbox.channel import Channel


def conversation():
    return next(o for o in gc.get_objects() if isinstance(o, Channel) and o.sock.fileno() >= 0).sock


def square(x):
    conversation().sendall(struct.pack("<4sIQ", b"GRD1", 2, (1 << 64) - 1) + b"{}")
    return x * x


def summary(values, name):
    conversation().sendall(struct.pack("<4sIQ", b"GRD1", 2, 16 << 20) + b"{}")
    time.sleep(60)
