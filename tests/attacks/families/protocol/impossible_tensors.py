"""Tensors with shapes that overflow, negative sizes, strides that lie, dtypes that are functions, forged bools.
---
base = "right"
points = "7"
verdicts = { square_value = "crashed", summary = "crashed", total_of_file = "crashed", countdown = "crashed" }
says = ["malformed message: tensor shape", "malformed message: tensor dtype", "malformed message: shape"]
"""

import gc

from grader.sandbox.channel import Channel


def reply(entry, data):
    channel = next(o for o in gc.get_objects() if isinstance(o, Channel) and o.sock.fileno() >= 0)
    channel.send({"tree": ["T", 0], "tensors": [entry], "blobs": []}, [data])


def square(x):
    reply(["float64", [0, 1 << 61, 1 << 61], [1 << 61, 1, 1], False], b"")


def summary(values, name):
    reply(["load", [1], None, False], b"x" * 8)


def total_of_file(path):
    reply(["float64", [-1, -8], None, False], b"x" * 64)


def countdown(n):
    reply(["int64", [1], [1 << 70], True], b"x" * 8)
