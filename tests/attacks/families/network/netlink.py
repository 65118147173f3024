"""Changes the network by netlink, raw packets and ioctl.
---
prints = ["tried"]
"""

import fcntl
import socket


def square(x):
    for family, kind, protocol in ((16, 3, 0), (17, 3, 768), (2, 3, 1), (40, 1, 0), (38, 5, 0), (44, 3, 0)):
        try:
            socket.socket(family, kind, protocol).close()
            print("reached", family)
        except OSError:
            continue
    ours, _ = socket.socketpair()
    try:
        fcntl.ioctl(ours.fileno(), 0x8914, b"lo\0" + b"\0" * 37)
        print("reached the interface")
    except OSError:
        pass
    print("tried")
    return x
