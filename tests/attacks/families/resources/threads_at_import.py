"""Leaves threads running from the import on, so that the worker cannot be forked safely.
---
base = "right"
points = "14"
"""

import threading
import time

for _ in range(3):
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
