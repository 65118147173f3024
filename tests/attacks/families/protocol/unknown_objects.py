"""Calls objects of the check that were never lent, by guessing their numbers.
---
base = "right"
points = "13"
verdicts = { apply_twice = "crashed" }
says = ["malformed message: unknown object"]
"""

import gc

from grader.sandbox.channel import Channel


def apply_twice(f, x):
    channel = next(o for o in gc.get_objects() if isinstance(o, Channel) and o.sock.fileno() >= 0)
    for handle in range(-10, 1000):
        ask = {"v": "call", "o": handle, "n": "load_state_dict"}
        channel.send(ask | {"tree": ["t", [["t", []], ["d", []]]], "tensors": [], "blobs": []})
        channel.receive()
