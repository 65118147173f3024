"""Lets children compute while it sleeps.
---
verdicts = { summary = "timeout" }
says = ["did not finish within"]
"""

import os
import time


def summary(values, name):
    for _ in range(2):
        if os.fork() == 0:
            while True:
                pass
    time.sleep(60)
