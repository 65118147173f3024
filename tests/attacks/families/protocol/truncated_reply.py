"""Sends half of a reply, then ends.
---
base = "right"
points = "9"
verdicts = { square_value = "crashed", summary = "crashed" }
says = ["the process ended itself during the call of square (exit code 0)", "the process ended"]
"""

import gc
import os
import struct

from grader.sandbox.channel import Channel


def sock():
    return next(o for o in gc.get_objects() if isinstance(o, Channel) and o.sock.fileno() >= 0).sock


def square(x):
    sock().sendall(struct.pack("<4sIQ", b"GRD1", 60_000, 0) + b'{"tree"')
    os._exit(0)


def summary(values, name):
    sock().shutdown(2)
    os._exit(0)
