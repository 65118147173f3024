"""Calls the check's function from threads, at the same time, and after it has returned.
---
verdicts = { apply_twice = "failed" }
"""

import threading
import time


def late(f, x):
    time.sleep(0.3)
    try:
        f(x)
    except BaseException:
        return


def apply_twice(f, x):
    threading.Thread(target=late, args=(f, x), daemon=True).start()
    return x
