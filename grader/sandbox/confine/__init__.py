"""Confinement of a worker: which layers hold, found by trying them, and the order in which they are put on.

Levels: ``isolated`` (namespaces, Landlock, seccomp, rlimits) · ``restricted`` (no namespaces) · ``process``
(rlimits, and seccomp if there) · ``none`` (another engine). Linux only; imported by the zygote alone.
"""

from __future__ import annotations

import os
import resource
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.limits import MIB
from grader.sandbox.confine import filters, view
from grader.sandbox.confine import syscalls as sc

SLOT_UID = 65534  # nobody: what a worker becomes when the grader runs as root
FIRST_SLOT = 1 << 30  # without namespaces each worker becomes a user of its own, far above all real ones
ALL_NAMESPACES = sc.NEWNS | sc.NEWIPC | sc.NEWUTS | sc.NEWCGROUP | sc.NEWNET


def _own_user_namespace() -> None:
    """Map only ourselves; gives a process-count limit of its own, and no power over the outer namespaces."""
    uid, gid = os.getuid(), os.getgid()
    sc.unshare(sc.NEWUSER)
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid or 1000} {uid} 1"),
        ("gid_map", f"{gid or 1000} {gid} 1"),
    ):
        Path(f"/proc/self/{name}").write_text(line)


def _become(slot: int) -> None:
    os.setgroups([])
    os.setresgid(slot, slot, slot)
    os.setresuid(slot, slot, slot)


def _read_python_as_another() -> None:
    _become(SLOT_UID)
    os.listdir(os.path.dirname(os.__file__))


def _try_in_child(attempt: Any) -> str:
    """Run ``attempt`` in a throw-away child; empty if it worked, else what the kernel said."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            attempt()
            os._exit(0)
        except BaseException as error:
            os.write(write, str(error)[:300].encode() or b"failed")
        finally:
            os._exit(1)
    os.close(write)
    with os.fdopen(read) as pipe:
        said = pipe.read()
    os.waitpid(pid, 0)
    return said


def _namespaces() -> None:
    if os.getuid() != 0:
        _own_user_namespace()
    sc.unshare(sc.NEWPID)
    pid = os.fork()
    if pid:
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        os._exit(0 if code == 0 else 1)
    sc.unshare(ALL_NAMESPACES)
    view.enter_base()
    view.enter_private(1, 16)


@dataclass
class Confinement:
    """What holds in this zygote and its workers."""

    namespaces: bool = False
    landlock: bool = False
    seccomp: bytes = b""
    notes: list[str] = field(default_factory=list)
    own_pid_namespace: int = -1
    other_user: bool = False
    reads_all: bool = False  # Python lies where the worker's user may not enter; Landlock says what it reads
    slot: int = SLOT_UID

    @classmethod
    def start(cls, wish: str) -> Confinement:
        """Before torch is imported: try each layer, and move into the namespaces if they work.

        ``wish`` is the highest level to use: isolated, restricted or process.
        """
        self = cls()
        if wish == "isolated":
            said = _try_in_child(_namespaces)
            self.namespaces = not said
            if said:
                self.notes.append(f"namespaces are not available: {said}")
        if os.getuid() == 0:
            said = _try_in_child(lambda: _become(SLOT_UID))
            self.other_user = not said
            if said:  # root of a user namespace that has no other user
                self.notes.append(f"workers run as the same user: {said}")
        if wish in ("isolated", "restricted"):
            self.landlock = filters.landlock_available()
            if not self.landlock:
                self.notes.append("Landlock is not available")
        if self.other_user and not self.namespaces:
            self._see_to_reading()
        try:
            self.seccomp = filters.compile_seccomp(own_view=self.namespaces)
        except Exception as error:
            self.notes.append(f"seccomp is not available: {error}")
        sc.prctl(sc.PR_SET_PDEATHSIG, signal.SIGKILL)
        sc.prctl(sc.PR_SET_CHILD_SUBREAPER, 1)
        if self.namespaces:
            self._enter_namespaces()
        return self

    def _see_to_reading(self) -> None:
        """A Python below a folder of root's (``/root/.pyenv``) cannot be read by another user, and imports fail."""
        said = _try_in_child(_read_python_as_another)
        if said and self.landlock:
            self.reads_all = True
            self.notes.append(
                "workers keep the right to enter every folder, since only root can enter the one that Python lies in;"
                " Landlock still says what they read"
            )
        elif said:
            self.notes.append(
                f"workers cannot import what is not preloaded ({said}); install Python where every user can read it"
            )

    def _enter_namespaces(self) -> None:
        """Own user namespace (unless root) and pid namespace: the zygote is its pid 1, its death ends every worker."""
        if os.getuid() != 0:
            _own_user_namespace()
        sc.unshare(sc.NEWPID)
        pid = os.fork()
        if pid:
            for fd in range(3, 256):  # the caller must see the end of the control socket when the zygote dies
                try:
                    os.close(fd)
                except OSError:
                    continue
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            os._exit(code & 255)
        sc.prctl(sc.PR_SET_PDEATHSIG, signal.SIGKILL)

    def after_warm_up(self) -> None:
        """Once torch is imported: give up the file system, the network and being looked at by others."""
        if self.namespaces:
            sc.unshare(ALL_NAMESPACES)
            view.enter_base()
            self.own_pid_namespace = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        sc.prctl(sc.PR_SET_DUMPABLE, 0)

    @property
    def private_root(self) -> bool:
        return self.namespaces

    def told(self) -> dict[str, Any]:
        """Level, mechanisms and why it is not higher."""
        mechanisms = ["rlimits"]
        if self.namespaces:
            mechanisms += ["user", "mount", "pid", "net", "ipc", "uts", "cgroup"]
        if self.other_user:
            mechanisms.append("uid")
        mechanisms.append("no_new_privs")
        mechanisms += ["landlock"] * self.landlock + ["seccomp"] * bool(self.seccomp)
        if self.namespaces and self.landlock and self.seccomp:
            level = "isolated"
        elif self.landlock and self.seccomp:
            level = "restricted"
        else:
            level = "process"
        return {"level": level, "mechanisms": mechanisms, "notes": self.notes}

    def fork(self) -> int:
        """Fork; with namespaces the child is pid 1 of its own, so that its death ends all it has started."""
        if self.namespaces:
            sc.unshare(sc.NEWPID)
        pid = os.fork()
        if pid and self.namespaces:
            sc.setns(self.own_pid_namespace, sc.NEWPID)
        return pid

    def enter(self, setup: dict[str, Any], keep: tuple[int, ...]) -> Path:
        """In the worker, before the submission is laid out; returns the folder for it."""
        sc.prctl(sc.PR_SET_PDEATHSIG, signal.SIGKILL)
        sc.prctl(sc.PR_SET_DUMPABLE, 1)  # a non-dumpable process may not write its own uid_map
        _close_all_but(keep)
        if self.namespaces:
            sc.unshare(ALL_NAMESPACES)
            view.enter_private(setup["limits"]["disk"], setup["limits"]["files"])
            setup["scratch"], setup["private"] = view.SCRATCH, True
            return Path(view.SUBMISSION)
        sc.prctl(sc.PR_SET_CHILD_SUBREAPER, 1)  # what a check leaves behind comes to us, who can end it
        folder = Path(setup["folder"])
        if self.other_user:
            self.slot = _own_slot(folder)
        setup["scratch"] = str(folder / "scratch")
        return folder

    def seal(self, folder: Path, setup: dict[str, Any]) -> None:
        """After the submission is laid out: no way back from here."""
        scratch = setup["scratch"]
        os.makedirs(scratch, exist_ok=True)
        os.chmod(scratch, 0o1777)
        if self.namespaces:
            view.make_submission_read_only()
        os.chdir(scratch)
        if self.other_user:
            if self.reads_all:
                sc.prctl(sc.PR_SET_KEEPCAPS, 1)
            _become(self.slot)
            sc.prctl(sc.PR_SET_PDEATHSIG, signal.SIGKILL)  # setresuid clears it
            sc.prctl(sc.PR_SET_DUMPABLE, 1)
        if self.namespaces:
            _own_user_namespace()
        _set_rlimits(setup["limits"], self.namespaces)
        sc.drop_capabilities(keep=sc.CAP_DAC_READ_SEARCH if self.reads_all else None)
        sc.prctl(sc.PR_SET_NO_NEW_PRIVS, 1)
        if self.landlock:
            readable = [*view.library_paths(), str(folder), "/proc/self" if not self.namespaces else "/proc"]
            devices = [f"/dev/{name}" for name in view.DEVICES]
            writable = [scratch, "/dev/shm"] if self.namespaces else [scratch]
            filters.restrict_files(readable, writable, devices)
        if self.seccomp:
            sc.load_seccomp(self.seccomp)
        environment = {
            "HOME": scratch,
            "USER": "student",
            "TMPDIR": scratch,
            "PATH": "/usr/bin",
            "LC_ALL": "C.UTF-8",
            "OMP_NUM_THREADS": "1",
            "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
            "PYTHONHASHSEED": "0",
            "CUDA_VISIBLE_DEVICES": "",
        }
        os.environ.clear()
        os.environ.update(environment)


def _own_slot(folder: Path) -> int:
    """A user that no other worker is, so that workers cannot signal each other or read each other's files."""
    slot = FIRST_SLOT + os.getpid()
    try:
        os.chown(folder, 0, slot)
    except OSError:  # a container may not have so many users
        folder.chmod(0o755)
        return SLOT_UID
    folder.chmod(0o750)
    return slot


def _close_all_but(keep: tuple[int, ...]) -> None:
    start = 3
    for fd in sorted(keep):
        os.closerange(start, fd)
        start = fd + 1
    os.closerange(start, 1 << 16)


def _tasks_of(uid: int) -> int:
    """How many processes and threads a user has, as far as /proc tells."""
    count = 0
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with suppress(OSError):
                if entry.stat().st_uid == uid:
                    count += len(os.listdir(f"/proc/{entry.name}/task"))
    return count


def _set_rlimits(limits: dict[str, int], own_namespace: bool) -> None:
    limit = resource.setrlimit
    limit(resource.RLIMIT_CORE, (0, 0))
    limit(resource.RLIMIT_NOFILE, (limits["open_files"], limits["open_files"]))
    limit(resource.RLIMIT_FSIZE, (limits["file_size"] * MIB, limits["file_size"] * MIB))
    limit(resource.RLIMIT_MEMLOCK, (0, 0))
    limit(resource.RLIMIT_MSGQUEUE, (0, 0))
    # The kernel counts per user and user namespace: outside of an own one, what the user runs already counts too.
    processes = limits["processes"] + (0 if own_namespace else _tasks_of(os.getuid()))
    limit(resource.RLIMIT_NPROC, (processes, processes))
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    address_space = used + limits["memory"] * MIB
    limit(resource.RLIMIT_AS, (address_space, address_space))
