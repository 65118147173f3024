"""Asks the check's function for its attributes, its globals, its code; and for objects that were never lent.
---
verdicts = { apply_twice = "failed", curvature = "failed" }
prints = ["tried"]
"""

import gc

from grader.sandbox.channel import Channel

NAMES = ("__globals__", "__code__", "__closure__", "__self__", "__class__", "__reduce__", "__init__", "__dict__")


def apply_twice(f, x):
    channel = next(o for o in gc.get_objects() if isinstance(o, Channel) and o.sock.fileno() >= 0)
    handle = object.__getattribute__(f, "handle_id")
    for verb in ("get", "call", "next", "eval", "import"):
        for name in NAMES:
            ask = {"v": verb, "o": handle, "n": name, "tree": ["t", [["t", []], ["d", []]]], "tensors": [], "blobs": []}
            channel.send(ask)
            answer, _ = channel.receive()
            if "err" not in answer:
                print("reached", verb, name)
            elif "can be called or stepped, and nothing else" not in answer["err"]["message"]:
                print("reached", answer["err"]["message"])
    print("tried")
    return x
