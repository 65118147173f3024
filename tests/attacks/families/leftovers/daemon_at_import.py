"""Leaves processes from the import on.
---
verdicts = { square_value = "failed" }
"""

import ctypes
import os
import time

for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            ctypes.CDLL(None).prctl(15, b"attack-left", 0, 0, 0)
            time.sleep(600)
        os._exit(0)
    os.wait()
