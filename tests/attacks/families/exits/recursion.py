"""Recursion without end: in Python, and in C with the limit taken away.
---
verdicts = { square_value = "raised", summary = "crashed" }
says = ["RecursionError", "SIGSEGV during the call of summary"]
"""

import sys
import threading


def square(x):
    return square(x)


def summary(values, name):
    sys.setrecursionlimit(10**9)
    threading.stack_size(1 << 18)
    deep = []
    for _ in range(10**5):
        deep = [deep]
    thread = threading.Thread(target=repr, args=(deep,))
    thread.start()
    thread.join()
