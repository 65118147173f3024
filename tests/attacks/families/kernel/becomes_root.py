"""Becomes another user, takes capabilities, runs what belongs to root.
---
prints = ["tried"]
"""

import ctypes
import os

LIBC = ctypes.CDLL(None, use_errno=True)


def attempt(what, action, *args):
    try:
        action(*args)
        print("reached", what)
    except OSError:
        pass


def square(x):
    attempt("uid", os.setuid, 0)
    attempt("uids", os.setresuid, 0, 0, 0)
    attempt("gid", os.setgid, 0)
    attempt("groups", os.setgroups, [0])
    attempt("chroot", os.chroot, "/")
    attempt("a program", os.execv, "/usr/bin/su", ["su"])
    attempt("a node", os.mknod, f"{os.environ['TMPDIR']}/node", 0o20666, os.makedev(1, 1))
    attempt("the host's name", __import__("socket").sethostname, "attack")
    if 0 in (os.getuid(), os.geteuid(), os.getgid()):
        print("reached root")
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    if LIBC.capset(ctypes.byref(header), ctypes.byref((ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6))) == 0:
        print("reached capabilities")
    print("tried")
    return x
