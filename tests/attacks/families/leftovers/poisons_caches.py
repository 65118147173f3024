"""Writes to the caches that the next run would read: compiled files, torch's, matplotlib's, pip's.
---
prints = ["tried"]

[at."process as nobody"]
gap = "whoever grades as the owner of the Python environment can write to it"
"""

import os
import sys


def square(x):
    for place in ("~/.cache/torch", "~/.config/matplotlib", "~/.cache/pip", "/root/.cache", "/tmp/torchinductor_root"):
        path = os.path.expanduser(place)
        if path.startswith(os.environ["TMPDIR"]):
            continue
        try:
            os.makedirs(path, exist_ok=True)
            with open(f"{path}/attack-left", "w"):
                print("reached", place)
        except OSError:
            continue
    for name in ("json", "torch"):
        try:
            with open(sys.modules[name].__cached__, "r+b"):
                pass
            print("reached", sys.modules[name].__cached__)
        except OSError:
            continue
    print("tried")
    return x
