"""A process that forks itself again and again, so that it is never the one that is being killed.
---
verdicts = { summary = "failed" }
"""

import ctypes
import os
import time


def summary(values, name):
    if os.fork() == 0:
        os.setsid()
        ctypes.CDLL(None).prctl(15, b"attack-left", 0, 0, 0)
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            if os.fork():
                os._exit(0)
            time.sleep(0.001)
        os._exit(0)
    return values
