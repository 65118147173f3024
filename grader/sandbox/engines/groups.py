"""Control groups (cgroup v2), where the grader may make some: the kernel then counts and ends a worker as a whole.

That is so if the grader is alone in a group that it may write, as after ``systemd-run --user --scope -p Delegate=yes``.
Anywhere else nothing is touched: the watch and the rlimits do the work. The interface files are those of the kernel's
Documentation/admin-guide/cgroup-v2.rst.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from grader.limits import MIB, Limits

SLACK_MIB = 64  # what the kernel charges to a group besides the student's own pages
SPARE_PROCESSES = 4  # the worker itself, and its fork for a check
OURS = "grader"  # the group of the grader's own processes
_GONE_SECONDS = 1.0


@dataclass(frozen=True)
class Group:
    """A worker's group."""

    folder: Path

    def close(self) -> None:
        """End every process in it, all at once, and remove it."""
        with suppress(OSError):
            (self.folder / "cgroup.kill").write_text("1")
        end = time.monotonic() + _GONE_SECONDS
        while time.monotonic() < end:  # a group can be removed once its last process has been waited for
            try:
                self.folder.rmdir()
            except FileNotFoundError:
                return
            except OSError:
                time.sleep(0.001)
            else:
                return


@dataclass(frozen=True)
class Groups:
    """The folder in which workers get a group each."""

    home: Path

    def group(self, pid: int, limits: Limits) -> Group:
        """Put a process into a new group. Raises OSError if that is refused.

        Files in a worker's scratch folder and in its /dev/shm lie in memory: they are counted, too.
        """
        folder = self.home / f"worker-{pid}-{time.monotonic_ns()}"
        folder.mkdir()
        try:
            most = {
                "memory.max": (limits.memory + 2 * limits.disk + SLACK_MIB) * MIB,
                "memory.swap.max": 0,
                "pids.max": limits.processes + SPARE_PROCESSES,
            }
            for name, value in most.items():
                if (folder / name).exists():  # a machine without swap accounting has no memory.swap.max
                    (folder / name).write_text(str(value))
            (folder / "cgroup.procs").write_text(str(pid))
        except OSError:
            Group(folder).close()
            raise
        return Group(folder)


def prepare_groups(system: Path = Path("/sys/fs/cgroup"), proc: Path = Path("/proc/self/cgroup")) -> Groups | None:
    """Make room for workers' groups, if this process is alone in a group of its own; None if that cannot be had.

    It moves itself into a group below, because a group whose children have limits may hold no process.
    """
    try:
        lines = [line for line in proc.read_text().splitlines() if line.startswith("0::/")]
        home = system / lines[0].removeprefix("0::/") if lines else system
        wanted = {"memory", "pids"} & set((home / "cgroup.controllers").read_text().split())
        alone = (home / "cgroup.procs").read_text().split() == [str(os.getpid())]
        if len(wanted) < 2 or not alone:
            return None
        (home / OURS).mkdir(exist_ok=True)
        (home / OURS / "cgroup.procs").write_text(str(os.getpid()))
    except OSError:
        return None
    try:
        (home / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in sorted(wanted)))
    except OSError:
        with suppress(OSError):
            (home / "cgroup.procs").write_text(str(os.getpid()))
            (home / OURS).rmdir()
        return None
    return Groups(home)
