"""Connects to a socket of the machine that is a file.
---
prints = ["tried"]
"""

import socket


def square(x):
    try:
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect("@FOLDER@/socket")
            print("reached the socket")
    except OSError:
        pass
    print("tried")
    return x
