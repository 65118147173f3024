"""Announces a header of 4 GiB, and never sends it.
---
base = "right"
points = "10"
verdicts = { square_value = "crashed" }
says = ["the worker broke the protocol: malformed message: not a frame, or one over the limits"]
"""

import gc
import struct

from grader.sandbox.channel import Channel


def conversation():
    return next(o for o in gc.get_objects() if isinstance(o, Channel) and o.sock.fileno() >= 0).sock


def square(x):
    conversation().sendall(struct.pack("<4sIQ", b"GRD1", 0xFFFFFFFF, 0))
    return x * x
