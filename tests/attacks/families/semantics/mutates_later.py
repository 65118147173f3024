"""Changes what it has returned after it was returned, from a thread: the check holds a copy.
---
base = "right"
points = "14"
"""

import threading
import time


def later(y):
    time.sleep(1)
    y.zero_()


def square(x):
    y = x * x
    if not x.requires_grad:
        threading.Thread(target=later, args=(y,), daemon=True).start()
    return y
