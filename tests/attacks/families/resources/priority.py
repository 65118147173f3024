"""Raises its priority and its limits, and chooses its processors.
---
verdicts = { summary = "failed" }
prints = ["tried 5"]
"""

import os
import resource


def attempt(what, action, *args):
    try:
        action(*args)
        print("reached", what)
    except (OSError, ValueError):
        pass


def summary(values, name):
    attempt("priority", os.setpriority, os.PRIO_PROCESS, 0, -20)
    attempt("real time", os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(50))
    attempt("processors", os.sched_setaffinity, 0, {0})
    for name in ("RLIMIT_NPROC", "RLIMIT_AS"):
        _, hard = resource.getrlimit(getattr(resource, name))
        attempt(name, resource.setrlimit, getattr(resource, name), (hard + 1, hard + 1))
    print("tried 5")
