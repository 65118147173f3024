"""Starts threads until it cannot.
---
verdicts = { summary = "failed" }
prints = ["stopped by RuntimeError"]
"""

import threading
import time


def summary(values, name):
    made = 0
    try:
        while made < 300:
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
            made += 1
        print("reached", made, "threads")
    except RuntimeError as error:
        print("stopped by", type(error).__name__)
    return made
