"""Writes one file without end, with the signal that should stop it ignored; and makes one of 10 TB with a hole.
---
verdicts = { summary = "failed", total_of_file = "crashed" }
prints = ["stopped by File too large"]
says = ["SIGXFSZ during the call of total_of_file"]
"""

import os
import signal


def summary(values, name):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        with open(f"{os.environ['TMPDIR']}/hole", "wb") as file:
            file.truncate(10 << 40)
        print("reached a file of 10 TB")
    except OSError as error:
        print("stopped by", error.strerror)


def total_of_file(path):
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    with open(f"{os.environ['TMPDIR']}/hole", "wb") as file:
        file.truncate(10 << 40)
