"""What grading has left on the machine: processes, mounts, files, sockets, shared memory, memory of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MARK = "attack-left"  # in every name that an attack gives to what it wants to leave behind
FOLDERS = ("/tmp", "/var/tmp", "/dev/shm", "/run", "/var/lock")
MOST_GROWTH = 96  # MiB of memory by which the grader's own processes may grow
FIRST_SLOT = 1 << 30  # users from here on are workers


@dataclass(frozen=True)
class Trace:
    """The state of the machine, as far as it is the grader's."""

    processes: frozenset[tuple[int, str]]
    mounts: int
    files: frozenset[str]
    sockets: frozenset[str]
    shared: int
    memory: float


def trace(token: str, temporary: Path) -> Trace:
    """The state now.

    token: stands in the environment that our graders were started with, so that their processes are known.
    temporary: the folder for their temporary files.
    """
    pids = dict(_ours(token))
    return Trace(
        processes=frozenset(pids.items()),
        mounts=sum(_mounts(pid) for pid in ("self", *map(str, pids))),
        files=frozenset(_files(temporary)),
        sockets=frozenset(_sockets()),
        shared=sum(len(_lines(f"/proc/sysvipc/{kind}")) for kind in ("shm", "sem", "msg")),
        memory=sum(_private_mib(pid) for pid in pids),
    )


def differences(before: Trace, after: Trace) -> list[str]:
    """What is there now and was not before, a phrase each."""
    found = [f"process {pid} ({name})" for pid, name in sorted(after.processes - before.processes)]
    found += [f"file {name}" for name in sorted(after.files - before.files)]
    found += [f"socket {name}" for name in sorted(after.sockets - before.sockets)]
    if after.mounts > before.mounts:
        found.append(f"{after.mounts - before.mounts} mounts")
    if after.shared > before.shared:
        found.append(f"{after.shared - before.shared} shared memory segments, semaphores or queues")
    if after.memory > before.memory + MOST_GROWTH:
        found.append(f"{after.memory - before.memory:.0f} MiB of memory in the grader's own processes")
    return found


def _ours(token: str) -> Iterator[tuple[int, str]]:
    wanted = token.encode()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError):
            name = Path(f"/proc/{pid}/comm").read_text(errors="replace").strip()
            if (MARK.startswith(name[:15]) and len(name) > 8) or (
                int(pid) != os.getpid() and wanted in Path(f"/proc/{pid}/environ").read_bytes()
            ):
                yield int(pid), name


def _files(temporary: Path) -> Iterator[str]:
    yield from map(str, temporary.iterdir())
    for folder in FOLDERS:
        with suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                with suppress(OSError):
                    owner = entry.stat(follow_symlinks=False).st_uid
                    if MARK in entry.name or owner >= FIRST_SLOT:
                        yield entry.path


def _sockets() -> Iterator[str]:
    for table in ("unix", "tcp", "udp"):
        for line in _lines(f"/proc/net/{table}"):
            if MARK in line:
                yield line.split()[-1]


def _lines(path: str) -> list[str]:
    with suppress(OSError):
        return Path(path).read_text(errors="replace").splitlines()
    return []


def _mounts(pid: str) -> int:
    return len(_lines(f"/proc/{pid}/mountinfo"))


def _private_mib(pid: int) -> float:
    with suppress(OSError, IndexError, ValueError):
        resident, shared = map(int, Path(f"/proc/{pid}/statm").read_text().split()[1:3])
        return (resident - shared) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)
    return 0.0
