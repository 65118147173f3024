"""Makes files until the file system has no room for more of them.
---
verdicts = { summary = "failed" }
prints = ["stopped by No space left on device"]

[at.restricted]
gap = "no file system of its own: files are counted from outside, and are there for a moment"
verdicts = { summary = "out_of_memory" }
says = ["the call of summary wrote more than 4096 files"]
prints = []

[at.process]
gap = "as restricted"
verdicts = { summary = "out_of_memory" }
says = ["the call of summary wrote more than 4096 files"]
prints = []
"""

import os
import time


def summary(values, name):
    try:
        for n in range(6000):
            os.close(os.open(f"{os.environ['TMPDIR']}/{n}", os.O_CREAT | os.O_WRONLY))
        time.sleep(3)  # seen from outside by now
        print("reached", n + 1, "files")
    except OSError as error:
        print("stopped by", error.strerror)
