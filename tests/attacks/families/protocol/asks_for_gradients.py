"""Asks the check for gradients through graphs of its own, and lets go of graphs that it needs.
---
base = "right"
points = "13"
verdicts = { apply_twice = "failed" }
"""

import gc

from grader.sandbox.channel import Channel


def apply_twice(f, x):
    channel = next(o for o in gc.get_objects() if isinstance(o, Channel) and o.sock.fileno() >= 0)
    head = {"v": "vjp", "o": 101, "n": None, "g": True, "acc": True, "rel": list(range(1000))}
    channel.send(
        head | {"tree": ["l", [["T", 0]]], "tensors": [["float64", [1], None, False]], "blobs": []}, [b"x" * 8]
    )
    print(channel.receive())
