"""Ignores or handles every signal that it can, then sleeps.
---
verdicts = { total_of_file = "timeout" }
says = ["the call of total_of_file did not finish within 4 s"]
"""

import signal
import time


def total_of_file(path):
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            continue
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    while True:
        time.sleep(1)
