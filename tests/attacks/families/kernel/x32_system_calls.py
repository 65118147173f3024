"""Calls the kernel by the numbers of the x32 table.
---
verdicts = { square_value = "crashed" }
says = ["SIGSYS during the call of square"]
"""

import ctypes
import os
import signal

LIBC = ctypes.CDLL(None, use_errno=True)


def square(x):
    if os.uname().machine != "x86_64":
        os.kill(os.getpid(), signal.SIGSYS)
    if LIBC.syscall(ctypes.c_long(0x40000000 + 39)) == os.getpid():
        print("reached the x32 calls")
    return x
