"""Opens a socket of every family and kind that a kernel may know.
---
prints = ["tried"]
"""

import socket


def square(x):
    tried = 0
    for family in range(46):
        for kind in (1, 2, 3, 5):
            tried += 1
            try:
                socket.socket(family, kind).close()
                if family != socket.AF_UNIX:
                    print("reached family", family)
            except OSError:
                continue
    print("tried", tried)
    return x
