"""Connects to a socket of the machine that has no file.
---
prints = ["tried"]
"""

import socket


def square(x):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
        try:
            with socket.socket(socket.AF_UNIX, kind) as sock:
                sock.connect("\0@ABSTRACT@")
                print("reached the abstract socket")
        except OSError:
            pass
    print("tried")
    return x
