"""Sends descriptors along with its words, to use up those of the grader.
---
base = "right"
points = "14"
"""

import gc
import socket

from grader.sandbox.channel import Channel

real = Channel._write


def write(self, view):
    data = bytes(view)
    if self.sock.family == socket.AF_UNIX and len(data) > 1:
        sent = socket.send_fds(self.sock, [data[:1]], [0, 1, 2] * 50)
        data = data[sent:]
    real(self, memoryview(data))


def square(x):
    Channel._write = write
    gc.collect()
    return x * x
