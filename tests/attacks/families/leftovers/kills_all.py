"""Sends SIGKILL to all processes that it may reach: parents, groups, everybody.
---
verdicts = { square_value = "crashed" }
says = ["the call of square"]

[at."process as nobody"]
gap = "processes of one user may kill each other: the grader itself is killed"
skip = "it would kill this test"
"""

import os
import signal


def square(x):
    for pid in (-1, os.getppid(), 1):
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            continue
    os.kill(os.getpid(), signal.SIGKILL)
