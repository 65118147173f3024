"""Stops the worker that it was forked from, so that nobody serves the next check.
---
verdicts = { square_value = "failed" }

[at."process as nobody"]
gap = "processes of one user may stop each other"
skip = "it would stop the grader"
"""

import os
import signal


def square(x):
    for pid in {os.getppid(), 1} - {0}:
        try:
            os.kill(pid, signal.SIGSTOP)
        except OSError:
            continue
    return x
