"""Raises and exits where nobody listens: in destructors, in a thread, in a signal handler, in a callback of C.
---
verdicts = { square_value = "failed" }
"""

import ctypes
import signal
import sys
import threading


class Object:
    def __del__(self):
        sys.exit(0)


def square(x):
    Object()
    thread = threading.Thread(target=sys.exit, args=(0,))
    thread.start()
    thread.join()
    signal.signal(signal.SIGUSR1, lambda *args: None)
    signal.raise_signal(signal.SIGUSR1)
    ctypes.CFUNCTYPE(None)(lambda: sys.exit(0))()
    return x
