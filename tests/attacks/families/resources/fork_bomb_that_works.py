"""Every process forks and computes, and so do its children.
---
verdicts = { summary = "timeout" }
says = ["did not finish within"]
"""

import os


def summary(values, name):
    while True:
        try:
            os.fork()
        except OSError:
            sum(range(1000))
