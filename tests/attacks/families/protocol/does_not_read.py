"""Stops reading while the other side still writes to it.
---
verdicts = { apply_twice = "timeout" }
says = ["did not finish within 4 s"]
"""

import gc
import time

from grader.sandbox.channel import Channel


def apply_twice(f, x):
    channel = next(o for o in gc.get_objects() if isinstance(o, Channel) and o.sock.fileno() >= 0)
    handle = object.__getattribute__(f, "handle_id")
    tensors = [["float64", [1 << 20], None, False]]
    ask = {"v": "call", "o": handle, "n": None, "tree": ["t", [["t", [["T", 0]]], ["d", []]]]}
    channel.send(ask | {"tensors": tensors, "blobs": []}, [b"\0" * (8 << 20)])
    time.sleep(60)
