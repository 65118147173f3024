"""Writes to every folder that it may write to until there is no room.
---
verdicts = { summary = "failed" }
prints = ["stopped"]

[at.restricted]
gap = "no file system of its own: what it writes lies in /tmp, is counted from outside, and is there for a moment"
verdicts = { summary = "out_of_memory" }
says = ["the call of summary wrote more than 256 MiB"]
prints = []

[at.process]
gap = "as restricted"
verdicts = { summary = "out_of_memory" }
says = ["the call of summary wrote more than 256 MiB"]
prints = []
"""

import os
import time

STEP = 10 << 20


def summary(values, name):
    written = 0
    try:
        while written < 300 << 20:
            with open(f"{os.environ['TMPDIR']}/{written}", "wb") as file:
                file.write(b"x" * STEP)
            written += STEP
        time.sleep(3)  # seen from outside by now
        print("reached", written >> 20, "MiB")
    except OSError as error:
        print("stopped by", error.strerror)
    print("stopped")
