"""Reads every kind of file in /proc of every process that is not its own.
---
prints = ["looked"]

[at.process]
gap = "sees every process, as any user does"
reached = ["cmdline", "stat", "status"]

[at."process as nobody"]
gap = "sees every process, and is of the same user as the grader"
reached = ["cmdline", "cwd", "environ", "fd", "io", "maps", "root", "stat", "status", "syscall"]
"""

import os

KINDS = ("cmdline", "environ", "maps", "mem", "stat", "status", "fd", "cwd", "root", "io", "syscall", "stack")
PARENT = os.getpid()  # the worker, from which each check is forked


def read(path):
    if os.path.isdir(path):
        return os.listdir(path)
    with open(path, "rb", buffering=0) as file:
        return file.read(1) or path.endswith("mem")


def square(x):
    own = {str(os.getpid()), str(PARENT)}
    try:
        pids = os.listdir("/proc")
    except PermissionError:
        pids = map(str, range(1, 5000))
    for pid in pids:
        if pid.isdigit() and pid not in own:
            for kind in KINDS:
                try:
                    if read(f"/proc/{pid}/{kind}"):
                        print("reached", kind)
                except OSError:
                    continue
    print("looked")
    return x
