"""Tells of exceptions as no honest worker would: without a type, with endless frames, as an exception of the check's.
---
base = "right"
points = "7"
verdicts = { square_value = "raised", summary = "crashed", total_of_file = "failed", countdown = "not_attempted" }
"""

import gc

from grader.sandbox.channel import Channel


def tell(error):
    channel = next(o for o in gc.get_objects() if isinstance(o, Channel) and o.sock.fileno() >= 0)
    channel.send({"err": error, "tree": None, "tensors": [], "blobs": []})


def square(x):
    frames = [["../../etc/passwd", -5, "x" * 1000], ["victim.py", 10**30, "\ud800"], "frame", [1, 2, 3]] * 100
    tell(
        {
            "type": ["a"],
            "bases": [{}, "SystemExit", "KeyboardInterrupt"],
            "message": {},
            "frames": frames,
            "callback": 0,
        }
    )


def summary(values, name):
    tell("passed")


def total_of_file(path):
    tell({"bad_value": True, "message": "is right", "callback": {"id": 1}})


def countdown(n):
    tell({"missing": True, "message": "passed", "bases": "AssertionError"})
