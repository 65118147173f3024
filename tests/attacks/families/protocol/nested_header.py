"""A header of a hundred thousand brackets, which a recursive reader does not survive.
---
base = "right"
points = "10"
verdicts = { square_value = "crashed" }
says = ["the worker broke the protocol: malformed message: header"]
"""

import gc
import struct

from grader.sandbox.channel import Channel


def conversation():
    return next(o for o in gc.get_objects() if isinstance(o, Channel) and o.sock.fileno() >= 0).sock


def square(x):
    head = b"[" * 100_000
    conversation().sendall(struct.pack("<4sIQ", b"GRD1", len(head), 0) + head)
    return x * x
