"""Leaves a process of its own session that ignores every signal and closes all that it has.
---
verdicts = { square_value = "failed", summary = "failed" }
"""

import ctypes
import os
import signal
import time


def leave():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in range(1, 32):
                try:
                    signal.signal(number, signal.SIG_IGN)
                except OSError:
                    continue
            ctypes.CDLL(None).prctl(15, b"attack-left", 0, 0, 0)
            ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
            os.closerange(0, 256)
            time.sleep(600)
        os._exit(0)


def square(x):
    leave()
    return x


def summary(values, name):
    leave()
    return values
