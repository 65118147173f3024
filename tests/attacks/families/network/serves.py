"""Serves others: an abstract socket and a socket file, with names that a neighbour could look for.
---
verdicts = { square_value = "failed" }
"""

import os
import socket
import time


def square(x):
    kept = []
    for place in ("\0attack-left-server", f"{os.environ['TMPDIR']}/attack-left", "/tmp/attack-left-socket"):
        sock = socket.socket(socket.AF_UNIX)
        try:
            sock.bind(place)
            sock.listen()
            kept.append(sock)
        except OSError:
            sock.close()
    if os.fork() == 0:
        time.sleep(60)
        os._exit(0)
    return x
