"""Calls the kernel by number: tracing, mounts, namespaces, modules, keys, programs for the kernel.
---
prints = ["tried 40"]
"""

import ctypes
import os

LIBC = ctypes.CDLL(None, use_errno=True)
CALLS = {  # of x86-64
    "ptrace": (101, 0, 0, 0, 0),
    "process_vm_readv": (310, 1, 0, 0, 0, 0, 0),
    "process_vm_writev": (311, 1, 0, 0, 0, 0, 0),
    "kcmp": (312, 1, 1, 0, 0, 0),
    "pidfd_getfd": (438, 3, 3, 0),
    "unshare user": (272, 0x10000000),
    "unshare mount": (272, 0x20000),
    "unshare net": (272, 0x40000000),
    "setns": (308, 3, 0),
    "mount": (165, b"none", b"/tmp", b"tmpfs", 0, 0),
    "umount2": (166, b"/proc", 2),
    "pivot_root": (155, b".", b"."),
    "chroot": (161, b"/"),
    "open_tree": (428, -100, b"/", 1),
    "fsopen": (430, b"tmpfs", 0),
    "move_mount": (429, 3, b"", 3, b"", 0),
    "mount_setattr": (442, -100, b"/", 0, 0, 0),
    "open_by_handle_at": (304, 3, 0, 0),
    "bpf": (321, 0, 0, 0),
    "perf_event_open": (298, 0, 0, 0, 0, 0),
    "userfaultfd": (323, 0),
    "io_uring_setup": (425, 8, 0),
    "add_key": (248, b"user", b"x", b"x", 1, -3),
    "keyctl": (250, 0, -3, 0),
    "request_key": (249, b"user", b"x", 0, -3),
    "init_module": (175, 0, 0, 0),
    "finit_module": (313, 3, 0, 0),
    "delete_module": (176, b"x", 0),
    "kexec_load": (246, 0, 0, 0, 0),
    "reboot": (169, 0, 0, 0, 0),
    "swapon": (167, b"x", 0),
    "syslog": (103, 3, 0, 0),
    "acct": (163, 0),
    "settimeofday": (164, 0, 0),
    "personality": (135, 0xFFFFFFFF),
    "memfd_create": (319, b"x", 0),
    "shmget": (29, 0, 4096, 0o1000),
    "semget": (64, 0, 1, 0o1000),
    "msgget": (68, 0, 0o1000),
    "clone3": (435, 0, 0),
}


def square(x):
    if os.uname().machine == "x86_64":
        for name, (number, *args) in CALLS.items():
            ctypes.set_errno(0)
            result = LIBC.syscall(number, *[ctypes.c_long(a) if isinstance(a, int) else a for a in args])
            if result >= 0 or ctypes.get_errno() not in (1, 38):  # not permitted, no such call
                print("reached", name, ctypes.get_errno())
    print("tried", len(CALLS))
    return x
