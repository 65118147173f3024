"""Reads and writes the memory of its parents, in all ways that there are.
---
prints = ["looked"]

[at."process as nobody"]
gap = "without seccomp and a user of its own, processes of one user may read each other's memory"
reached = ["process_vm_readv", "ptrace"]
skip = "a process that is traced would stop the grader"
"""

import ctypes
import os

LIBC = ctypes.CDLL(None, use_errno=True)


def square(x):
    buffer = ctypes.create_string_buffer(64)
    vector = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 64)
    for pid in {os.getppid(), 1, *range(2, 12)} - {os.getpid()}:
        if LIBC.process_vm_readv(pid, vector, 1, vector, 1, 0) > 0:
            print("reached process_vm_readv")
        if LIBC.ptrace(16906, pid, 0, 0) == 0:
            print("reached ptrace")
    print("looked")
    return x
