"""Types into the grader's terminal, and opens it anew.
---
prints = ["tried"]

[at.process]
gap = "no layer hides devices that everybody may open"
reached = ["/dev/ptmx"]
"""

import fcntl
import os


def square(x):
    for number in range(3):
        try:
            fcntl.ioctl(number, 0x5412, b"x")
            print("reached the keyboard")
        except OSError:
            continue
    for path in ("/dev/tty", "/dev/ptmx", "/dev/pts/0", "/dev/console"):
        try:
            os.close(os.open(path, os.O_RDWR | os.O_NOCTTY))
            print("reached", path)
        except OSError:
            continue
    print("tried")
    return x
