"""Four children that take memory which is marked as shared, and is counted for nobody.
---
verdicts = { summary = "out_of_memory" }
says = ["MiB of memory"]
"""

import mmap
import os
import time

SIZE = 110 << 20


def summary(values, name):
    for _ in range(4):
        if os.fork() == 0:
            kept = mmap.mmap(-1, SIZE)
            for start in range(0, SIZE, 1 << 20):
                kept[start : start + (1 << 20)] = b"x" * (1 << 20)
            time.sleep(2)
            os._exit(0)
    time.sleep(2)
    print("reached", 4 * SIZE >> 20, "MiB")
