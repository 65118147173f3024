"""Sends replies without end, so that the other side is never done with reading.
---
base = "right"
points = "13"
verdicts = { apply_twice = "timeout" }
says = ["the call of apply_twice did not finish within"]
"""

import gc

from grader.sandbox.channel import Channel


def apply_twice(f, x):
    channel = next(o for o in gc.get_objects() if isinstance(o, Channel) and o.sock.fileno() >= 0)
    handle = object.__getattribute__(f, "handle_id")
    while True:
        channel.send(
            {"v": "call", "o": handle, "n": None, "tree": ["t", [["t", []], ["d", []]]], "tensors": [], "blobs": []}
        )
        channel.receive()
