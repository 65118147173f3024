"""Four children, each within the limit of one process, that take more together.
---
verdicts = { summary = "out_of_memory" }
says = ["the call of summary needed more than 256 MiB of memory"]
"""

import os
import time


def summary(values, name):
    for _ in range(4):
        if os.fork() == 0:
            kept = b"x" * (100 << 20)
            time.sleep(60)
            os._exit(len(kept))
    time.sleep(60)
