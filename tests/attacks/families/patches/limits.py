"""Replaces what would lower its limits, and clocks by which it might be measured; then never ends.
---
verdicts = { square_value = "timeout" }
says = ["did not finish within"]
"""

import resource
import time

resource.setrlimit = lambda *args: None
time.monotonic = time.time = time.process_time = time.perf_counter = lambda: 0.0


def square(x):
    while True:
        pass
