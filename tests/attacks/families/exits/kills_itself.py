"""Sends itself signals: SIGKILL, which may come from outside too, and SIGTERM.
---
verdicts = { square_value = "crashed", summary = "crashed" }
says = ["the process was killed during the call of square", "SIGTERM"]
"""

import os
import signal


def square(x):
    os.kill(os.getpid(), signal.SIGKILL)


def summary(values, name):
    os.kill(os.getpid(), signal.SIGTERM)
