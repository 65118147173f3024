"""Stops itself, and does not end before it is told to.
---
verdicts = { summary = "timeout" }
says = ["the call of summary did not finish within 4 s"]
"""

import os
import signal


def summary(values, name):
    os.kill(os.getpid(), signal.SIGSTOP)
