"""Kills the worker that it was forked from, and what stands above that.
---
base = "right"
points = "10"
verdicts = { square_value = "crashed" }

[at."process as nobody"]
gap = "processes of one user may kill each other: the zygote is killed"
skip = "it would kill the grader over and over"
"""

import os
import signal
from contextlib import suppress


def square(x):
    for pid in {os.getppid(), os.getppid() - 1, os.getppid() - 2, 1} - {0, -1}:
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            continue
    with suppress(OSError):
        os.killpg(os.getpgid(os.getppid()), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
