"""The file system that a worker sees: libraries and the interpreter, read-only; a scratch folder; nothing else."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from grader.sandbox.confine import syscalls as sc

DEVICES = ("null", "zero", "full", "random", "urandom")
ROOT = "/sys"  # always there, and never a source of a bind mount
SUBMISSION = "/sub"
SCRATCH = "/scratch"  # not /tmp: a virtual environment may live below that


def library_paths() -> list[str]:
    """What a Python process needs to read."""
    fixed = ["/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/localtime"]
    python = {os.path.realpath(p) for p in (sys.prefix, sys.base_prefix, sys.exec_prefix)} | {sys.prefix}
    roots = [p for p in fixed if os.path.exists(p)]
    return roots + sorted(p for p in python if not any(p.startswith(f"{r}/") for r in roots))


def _bind(source: str, target: str, read_only: bool = True) -> None:
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        Path(target).touch()
    sc.mount(source, target, None, sc.MS_BIND | sc.MS_REC)
    if read_only:
        flags = sc.MS_BIND | sc.MS_REMOUNT | sc.MS_RDONLY | sc.MS_NOSUID | sc.MS_NODEV
        sc.mount(None, target, None, flags)


def enter_base() -> None:
    """Once, in the zygote, in a mount namespace of its own: children inherit this view."""
    sc.mount(None, "/", None, sc.MS_REC | sc.MS_PRIVATE)
    sc.mount("tmpfs", ROOT, "tmpfs", sc.MS_NOSUID | sc.MS_NODEV, "size=1m,mode=755")
    for path in library_paths():
        if os.path.islink(path) and path not in (sys.prefix,):
            os.symlink(os.readlink(path), ROOT + path)
        else:
            _bind(path, ROOT + path)
    for device in DEVICES:
        _bind(f"/dev/{device}", f"{ROOT}/dev/{device}", read_only=False)
    for folder in ("/dev/shm", "/tmp", SCRATCH, "/proc", SUBMISSION):
        os.makedirs(ROOT + folder, exist_ok=True)
    # A /proc that is masked (as in Docker) may not be mounted anew: EPERM, and the caller falls back.
    sc.mount("proc", f"{ROOT}/proc", "proc", sc.MS_NOSUID | sc.MS_NODEV | sc.MS_NOEXEC)
    flags = sc.MS_REMOUNT | sc.MS_BIND | sc.MS_RDONLY | sc.MS_NOSUID | sc.MS_NODEV
    sc.mount(None, ROOT, None, flags)
    os.chdir(ROOT)
    sc.pivot_root_here()


def enter_private(mib: int, files: int) -> None:
    """In each worker: scratch space with size and inode limits, room for the submission, its own /proc."""
    plain = sc.MS_NOSUID | sc.MS_NODEV
    for folder in (SCRATCH, "/dev/shm"):
        sc.mount("tmpfs", folder, "tmpfs", plain, f"size={mib}m,nr_inodes={files},mode=1777")
    sc.mount("tmpfs", SUBMISSION, "tmpfs", plain, "size=300m,nr_inodes=4096,mode=755")
    sc.mount("proc", "/proc", "proc", plain | sc.MS_NOEXEC, "hidepid=2")


def make_submission_read_only() -> None:
    """After the files are laid out."""
    flags = sc.MS_BIND | sc.MS_REMOUNT | sc.MS_RDONLY | sc.MS_NOSUID | sc.MS_NODEV
    sc.mount(None, SUBMISSION, None, flags)
