"""Leaves shared memory, semaphores and message queues of every kind.
---
prints = ["tried"]

[at.restricted]
gap = "shares the machine's IPC, but has no right to make any"

[at.process]
gap = "without Landlock, named shared memory can be made in /dev/shm"
skip = "it would leave files behind"
"""

import ctypes

LIBC = ctypes.CDLL(None, use_errno=True)


def square(x):
    for what, result in {
        "shmget": LIBC.shmget(0x6174, 4096, 0o1666),
        "semget": LIBC.semget(0x6174, 1, 0o1666),
        "msgget": LIBC.msgget(0x6174, 0o1666),
    }.items():
        if result >= 0:
            print("reached", what)
    try:
        from multiprocessing import shared_memory

        kept = shared_memory.SharedMemory("attack-left", create=True, size=1 << 20)
        kept.buf[0] = 1
    except (OSError, ImportError):
        pass
    print("tried")
    return x
