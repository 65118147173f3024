"""What a worker may not ask of the kernel (seccomp) and where it may read and write (Landlock)."""

from __future__ import annotations

import errno
import os
import socket
import sys
import tempfile

from grader.sandbox.confine import syscalls as sc

# Ways to look into or steer other processes, to change mounts or namespaces, to load code into the kernel, to
# make memory that no limit counts (memfd_create), to start programs.
DENIED = [
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "process_madvise",
    "kcmp",
    "pidfd_getfd",
    "unshare",
    "setns",
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "open_tree",
    "move_mount",
    "fsopen",
    "fsconfig",
    "fsmount",
    "fspick",
    "mount_setattr",
    "open_by_handle_at",
    "name_to_handle_at",
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "add_key",
    "keyctl",
    "request_key",
    "kexec_load",
    "kexec_file_load",
    "init_module",
    "finit_module",
    "delete_module",
    "acct",
    "quotactl",
    "reboot",
    "swapon",
    "swapoff",
    "syslog",
    "settimeofday",
    "clock_settime",
    "clock_adjtime",
    "adjtimex",
    "personality",
    "iopl",
    "ioperm",
    "fanotify_init",
    "memfd_create",
    "memfd_secret",
    "mbind",
    "migrate_pages",
    "sched_setaffinity",
    "move_pages",
    "set_mempolicy",
    "vhangup",
    "lookup_dcookie",
    "nfsservctl",
    "mknod",
    "mknodat",
    "msgget",
    "semget",
    "shmget",
    "mq_open",
    "execve",
    "execveat",
]
NAMESPACE_FLAGS = (sc.NEWNS, sc.NEWCGROUP, sc.NEWUTS, sc.NEWIPC, sc.NEWUSER, sc.NEWPID, sc.NEWNET)
TERMINAL_INJECTION = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX


def compile_seccomp(own_view: bool) -> bytes:
    """The filter as BPF; compiled once, before the view is entered (libseccomp is found through ldconfig).

    own_view: workers see no file of the machine; else its listening sockets are files that Landlock does not guard.
    """
    import pyseccomp as seccomp

    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    deny = seccomp.ERRNO(errno.EPERM)
    for name in DENIED if own_view else [*DENIED, "connect"]:
        try:
            rules.add_rule(deny, name)
        except (ValueError, OSError):
            continue  # a call that this architecture or libseccomp does not have
    rules.add_rule(deny, "socket", seccomp.Arg(0, seccomp.NE, socket.AF_UNIX))
    rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")  # flags behind a pointer: libc falls back to clone
    for flag in NAMESPACE_FLAGS:
        rules.add_rule(deny, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, flag, flag))
    for request in TERMINAL_INJECTION:
        rules.add_rule(deny, "ioctl", seccomp.Arg(1, seccomp.MASKED_EQ, 0xFFFFFFFF, request))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()


def landlock_available() -> bool:
    """Whether the kernel enforces Landlock, found by asking it."""
    try:
        import landlockpy
    except ImportError:
        return False
    try:
        return bool(landlockpy.supported())
    except OSError:
        return False


def restrict_files(readable: list[str], writable: list[str], devices: list[str]) -> None:
    """From here on only these trees can be opened, and no signal or abstract socket leaves the process's domain."""
    from landlockpy import AccessFS, Ruleset, Scope

    read = AccessFS.READ_FILE | AccessFS.READ_DIR
    change = (
        read
        | AccessFS.WRITE_FILE
        | AccessFS.TRUNCATE
        | AccessFS.MAKE_REG
        | AccessFS.MAKE_DIR
        | AccessFS.MAKE_SOCK
        | AccessFS.MAKE_FIFO
        | AccessFS.MAKE_SYM
        | AccessFS.REMOVE_FILE
        | AccessFS.REMOVE_DIR
    )
    with Ruleset(scoped=Scope.SIGNAL | Scope.ABSTRACT_UNIX_SOCKET) as rules:
        for path in readable:
            if os.path.exists(path):
                rules.allow_path(path, read | AccessFS.EXECUTE if os.path.isdir(path) else AccessFS.READ_FILE)
        for path in writable:
            rules.allow_path(path, change)
        for path in devices:
            if os.path.exists(path):
                rules.allow_path(path, AccessFS.READ_FILE | AccessFS.WRITE_FILE)
        rules.restrict()


def warn(text: str) -> None:
    """A layer that is missing is said, not hidden."""
    print(f"zygote: {text}", file=sys.stderr)
