"""Connects to the machine itself, by TCP and UDP, and asks for a name.
---
prints = ["tried"]
"""

import socket


def square(x):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            with socket.socket(socket.AF_INET, kind) as sock:
                sock.settimeout(0.2)
                sock.connect(("127.0.0.1", int("@PORT@")))
                print("reached the port")
        except OSError:
            pass
    try:
        if socket.getaddrinfo(b"example.com", 80, proto=socket.IPPROTO_TCP):
            print("reached a name server")
    except OSError:
        pass
    print("tried")
    return x
