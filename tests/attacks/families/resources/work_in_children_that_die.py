"""Lets children compute for a moment each; nobody waits for them, so that their time is nobody's.
---
verdicts = { summary = "timeout" }
says = ["the call of summary did not finish within"]
"""

import os
import signal
import time


def summary(values, name):
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        if os.fork() == 0:
            end = time.process_time() + 0.02
            while time.process_time() < end:
                pass
            os._exit(0)
        time.sleep(0.03)
