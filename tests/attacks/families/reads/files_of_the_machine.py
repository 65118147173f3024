"""Reads what every program on a machine can read, and what only root can.
---
prints = ["looked"]

[at.process]
gap = "no layer hides files that everybody may read"
reached = ["what everybody may read"]
"""

import os

OPEN = [
    "/",
    "/home",
    "/etc/passwd",
    "/etc/group",
    "/etc/ssh",
    "/var",
    "/var/log",
    "/tmp",
    "/boot",
    "/run",
    "/sys",
    "/sys/kernel",
    "/sys/fs/cgroup",
    "/dev/vda",
]
CLOSED = [
    "/root",
    "/root/.bashrc",
    "/root/.ssh",
    "/etc/shadow",
    "/dev/mem",
    "/dev/kmem",
    "/dev/port",
    "/dev/kmsg",
    "/dev/fuse",
    "/dev/kvm",
    "/dev/tty",
    "/dev/console",
    "/proc/kcore",
    "/proc/kmsg",
    "/proc/sysrq-trigger",
    "/var/run/docker.sock",
]


def readable(place):
    try:
        if os.path.isdir(place):
            return bool(os.listdir(place))
        with open(place, "rb", buffering=0) as file:
            os.set_blocking(file.fileno(), False)
            return any(file.read(8192) or b"")
    except OSError:
        return False


def square(x):
    for place in filter(readable, CLOSED):
        print("reached", place)
    if any(map(readable, OPEN)):
        print("reached what everybody may read")
    print("looked at", len(OPEN) + len(CLOSED))
    return x
