"""Opens files and sockets until there are no descriptors left.
---
verdicts = { summary = "failed" }
prints = ["stopped by Too many open files"]
"""

import socket


def summary(values, name):
    kept = []
    try:
        while len(kept) < 2000:
            kept.append(socket.socketpair())
        print("reached", 2 * len(kept), "descriptors")
    except OSError as error:
        kept.clear()
        print("stopped by", error.strerror)
