"""Leaves files wherever it can: temporary folders, shared memory, caches, the libraries' folders.
---
prints = ["tried"]

[at.restricted]
gap = "what others may write to, such as /tmp, is closed by Landlock only"

[at.process]
gap = "no layer keeps it from /tmp and /dev/shm"
reached = ["/tmp", "/dev/shm", "/var/tmp"]
skip = "it would leave files behind"
"""

import os
import site
import sys


def square(x):
    places = ["/tmp", "/dev/shm", "/var/tmp", "/run", "/run/lock", "/", "/etc", "/usr/lib", "/var/spool/cron", "/root"]
    places += [*site.getsitepackages(), sys.prefix, os.path.dirname(os.__file__), "@COURSE@", "@FOLDER@"]
    for place in places:
        try:
            with open(f"{place}/attack-left.pth", "w") as file:
                file.write("import os")
            if place not in ("/dev/shm",) or os.path.exists("/proc/1/root/dev/shm/attack-left"):
                print("reached", place)
        except OSError:
            continue
    print("tried")
    return x
