"""Replies with handles, parameters and generators that were never given out, and with unknown kinds.
---
base = "right"
points = "7"
verdicts = { square_value = "crashed", summary = "crashed", total_of_file = "crashed", countdown = "crashed" }
says = ["malformed message: unknown object", "malformed message: unknown parameter", "malformed message: tag"]
"""

import gc

from grader.sandbox.channel import Channel


def reply(tree):
    channel = next(o for o in gc.get_objects() if isinstance(o, Channel) and o.sock.fileno() >= 0)
    channel.send({"tree": tree, "tensors": [], "blobs": []})


def square(x):
    reply(["r", 12345])


def summary(values, name):
    reply(["p", -1])


def total_of_file(path):
    reply(["__import__", "os"])


def countdown(n):
    reply(["h", 5, "generator", "cpu", "AAAA"])
