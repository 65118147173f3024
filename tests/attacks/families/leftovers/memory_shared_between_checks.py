"""Makes memory and a pipe at import that all later forks share, and leaves notes in them.
---
verdicts = { summary = "failed" }
"""

import mmap
import os

SHARED = mmap.mmap(-1, 4096)
READ, WRITE = os.pipe()
os.set_blocking(READ, False)


def summary(values, name):
    SHARED[:3] = b"yes"
    os.write(WRITE, b"yes")


def total_of_file(path):
    try:
        found = os.read(READ, 3)
    except BlockingIOError:
        found = b""
    if SHARED[:3] == b"yes" or found:
        print("reached what an earlier check has seen")
