"""Forks until it cannot, and leaves the children sleeping.
---
verdicts = { summary = "failed" }
prints = ["stopped by BlockingIOError"]
"""

import os
import time


def summary(values, name):
    made = 0
    try:
        while made < 200:
            if os.fork() == 0:
                time.sleep(60)
                os._exit(0)
            made += 1
        print("reached", made, "processes")
    except OSError as error:
        print("stopped by", type(error).__name__)
    return made
