"""Answers before it is asked: sends a reply, returns another one.
---
base = "right"
points = "10"
verdicts = { square_value = "failed" }
"""

import gc

from grader.sandbox.channel import Channel


def square(x):
    channel = next(o for o in gc.get_objects() if isinstance(o, Channel) and o.sock.fileno() >= 0)
    channel.send({"tree": True, "tensors": [], "blobs": [], "passed": True})
    return x * x
