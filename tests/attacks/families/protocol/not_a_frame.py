"""Writes what is no frame at all to the conversation.
---
base = "right"
points = "10"
verdicts = { square_value = "crashed" }
says = ["the worker broke the protocol: malformed message: not a frame"]
"""

import gc

from grader.sandbox.channel import Channel


def conversation():
    return next(o for o in gc.get_objects() if isinstance(o, Channel) and o.sock.fileno() >= 0).sock


def square(x):
    conversation().sendall(b"PASSED\n" * 10)
    return x * x
