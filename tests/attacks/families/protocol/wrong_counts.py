"""A reply whose shapes, sizes and numbers of things do not agree with what follows.
---
base = "right"
points = "8"
verdicts = { square_value = "crashed", summary = "crashed", total_of_file = "crashed" }
says = ["malformed message: buffer size", "malformed message: tensor index", "malformed message: left-over bytes"]
"""

import gc

from grader.sandbox.channel import Channel


def channel():
    return next(o for o in gc.get_objects() if isinstance(o, Channel) and o.sock.fileno() >= 0)


def square(x):
    channel().send({"tree": ["T", 0], "tensors": [["float64", [3, 4], None, False]], "blobs": []}, [b"x" * 95])


def summary(values, name):
    channel().send({"tree": ["T", 7], "tensors": [["float64", [1], None, False]], "blobs": []}, [b"x" * 8])


def total_of_file(path):
    channel().send({"tree": 1, "tensors": [], "blobs": [3, 0]}, [b"x" * 1000])
