"""Leaves folders that even their owner may not list or change.
---
verdicts = { summary = "failed" }
prints = ["made them"]
"""

import os


def summary(values, name):
    folder = os.environ["TMPDIR"]
    for name in ("a", "b"):
        os.makedirs(f"{folder}/{name}/c/attack-left")
        os.chmod(f"{folder}/{name}/c", 0)
        os.chmod(f"{folder}/{name}", 0)
    print("made them")
