"""Leaves files at import, as a cache would be: they are still there in each check, and none is added.
---
verdicts = { summary = "failed" }
prints = ["found 1"]
"""

import os

with open(f"{os.environ['TMPDIR']}/kept", "w") as file:
    file.write("kept")


def summary(values, name):
    open(f"{os.environ['TMPDIR']}/more", "w").close()
    print("found", len([n for n in os.listdir(os.environ["TMPDIR"]) if n in ("kept", "gone")]))


def total_of_file(path):
    if os.path.exists(f"{os.environ['TMPDIR']}/more"):
        print("reached the file of an earlier check")
