"""Headers with NaN, Infinity, a number of a million digits, the same key twice, and bytes that are no text.
---
base = "right"
points = "8"
verdicts = { square_value = "crashed", summary = "crashed", total_of_file = "crashed" }
says = ["the worker broke the protocol: malformed message"]
"""

import gc
import struct

from grader.sandbox.channel import Channel


def say(head):
    channel = next(o for o in gc.get_objects() if isinstance(o, Channel) and o.sock.fileno() >= 0)
    channel.sock.sendall(struct.pack("<4sIQ", b"GRD1", len(head), 0) + head)


def square(x):
    say(b'{"tree": ["T", NaN], "tensors": [["float64", [Infinity], null, false]], "blobs": [-Infinity]}')


def summary(values, name):
    say(b'{"tree": ' + b"9" * 1_000_000 + b', "tensors": [], "blobs": []}')


def total_of_file(path):
    say(b'{"tree": "\xff\xfe", "tensors": [], "tensors": {"a": 1}}')
