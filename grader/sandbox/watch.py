"""The trusted side's watch over a worker: deadlines, CPU seconds, memory and prints, all judged from outside."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import time
from dataclasses import dataclass, field

from grader.limits import MIB, Limits
from grader.sandbox.faults import OutOfMemory, TimedOut

_FIRST_LOOK = 0.05  # seconds of waiting before /proc is looked at; most calls answer much sooner
_LOOK_EVERY = 0.05
_LOOK_AT_FILES_EVERY = 0.5
_TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True)
class Usage:
    """CPU seconds (live processes and children already waited for) and private MiB of each process of a tree."""

    cpu: float = 0.0
    private: tuple[float, ...] = ()

    def above(self, floor: float) -> float:
        """MiB in use beyond what each process was forked with; those pages are shared until written."""
        return sum(max(0.0, mib - floor) for mib in self.private)


def tree(pid: int) -> list[int]:
    """A process and all its descendants; empty where /proc does not tell."""
    found, todo = [], [pid]
    while todo:
        current = todo.pop()
        found.append(current)
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{current}/task"):
                with contextlib.suppress(OSError), open(f"/proc/{current}/task/{task}/children") as file:
                    todo += map(int, file.read().split())
    return found


def usage(pid: int) -> Usage:
    """What a tree of processes uses now."""
    cpu, private = 0.0, []
    for process in tree(pid):
        try:
            with open(f"/proc/{process}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            private.append(_private(process))
        except (OSError, IndexError, ValueError, KeyError):  # it has just ended
            continue
        cpu += sum(map(int, fields[11:15])) / _TICK
    return Usage(cpu, tuple(private))


def _private(process: int) -> float:
    """MiB of a process that are no file's: torch itself is mapped once. Shared memory has no file to speak of."""
    with open(f"/proc/{process}/status") as file:
        kib = {name: value for name, _, value in (line.partition(":") for line in file) if name.startswith("Rss")}
    return (int(kib["RssAnon"].split()[0]) + _shared_memory(process, int(kib["RssShmem"].split()[0]))) / 1024


def _shared_memory(process: int, mapped: int) -> float:
    """KiB of shared memory, each page divided by how many map it; two workers of a DataLoader share theirs."""
    if not mapped:
        return 0.0
    with contextlib.suppress(OSError), open(f"/proc/{process}/smaps_rollup") as file:  # slow, and seldom needed
        for line in file:
            if line.startswith("Pss_Shmem:"):
                return float(line.split()[1])
    return float(mapped)


def written(folder: str, most: int) -> tuple[float, int]:
    """MiB and number of files and folders below ``folder``; counting ends soon after ``most``."""
    size, count, todo = 0, 0, [folder]
    while todo and count <= most:
        with contextlib.suppress(OSError), os.scandir(todo.pop()) as entries:
            for entry in entries:
                count += 1
                if count > most:
                    break
                with contextlib.suppress(OSError):
                    found = entry.stat(follow_symlinks=False)
                    size += getattr(found, "st_blocks", found.st_size // 512) * 512
                    if entry.is_dir(follow_symlinks=False):
                        todo.append(entry.path)
    return size / MIB, count


@dataclass
class Output:
    """What a student prints, kept up to a limit and read to the end, so that a flood blocks nobody."""

    limit: int  # bytes
    fd: int | None = None
    data: bytearray = field(default_factory=bytearray)
    dropped: int = 0

    def drain(self) -> None:
        """Read what is there without waiting."""
        for _ in range(64):
            if self.fd is None:
                return
            try:
                chunk = os.read(self.fd, 1 << 16)
            except BlockingIOError:
                return
            except OSError:
                chunk = b""
            if not chunk:
                self.close()
                return
            room = max(0, self.limit - len(self.data))
            self.data += chunk[:room]
            self.dropped += len(chunk) - len(chunk[:room])

    def text(self) -> str:
        """The kept part, with a last line that says how much is missing."""
        text = self.data.decode("utf-8", "replace")
        return f"{text}\n[… {self.dropped} more bytes were printed]" if self.dropped else text

    def close(self) -> None:
        if self.fd is not None:
            os.close(self.fd)
            self.fd = None


class Watch:
    """Waits on a worker's socket for one check (or import), and ends the wait when a limit is reached."""

    def __init__(self, pid: int | None, limits: Limits, output: Output, what: str, folder: str | None = None) -> None:
        """``folder``: where the worker's files lie, if no file system of its own limits them."""
        self.pid, self.limits, self.output, self.folder = pid, limits, output, folder
        self.what = what  # "the import of regression.py", or the call under way
        self.start = time.monotonic()
        self.base = usage(pid) if pid else Usage()
        self.floor = max(self.base.private, default=0.0)
        self.peak = 0.0
        self._next_look = self.start + _FIRST_LOOK
        self._next_look_at_files = self.start + _LOOK_AT_FILES_EVERY

    def wait(self, sock: socket.socket, writing: bool) -> None:
        """Return when ``sock`` is ready.

        Raises TimedOut or OutOfMemory when the worker has used up what it may use.
        """
        if time.monotonic() >= self._next_look:
            self.look()
        poller = select.poll()
        poller.register(sock, select.POLLOUT if writing else select.POLLIN)
        if self.output.fd is not None:
            poller.register(self.output.fd, select.POLLIN)
        own = sock.fileno()
        while True:
            now = time.monotonic()
            ready = [fd for fd, _ in poller.poll(max(0.0, min(self._next_look, self._end()) - now) * 1000 + 1)]
            if self.output.fd is not None and self.output.fd in ready:
                fd = self.output.fd
                self.output.drain()
                if self.output.fd is None:
                    poller.unregister(fd)
            if own in ready:
                return
            self.look()

    def _end(self) -> float:
        return self.start + self.limits.wall

    def look(self) -> None:
        """Compare what is used with the limits."""
        now = time.monotonic()
        if now >= self._next_look and self.pid is not None:
            self._next_look = now + _LOOK_EVERY
            used = usage(self.pid)
            memory = used.above(self.floor)
            self.peak = max(self.peak, memory)
            if used.cpu - self.base.cpu >= self.limits.cpu:
                raise TimedOut(self.cpu_text(), suspect=False)
            if memory > self.limits.memory:
                raise OutOfMemory(self.memory_text(), suspect=True)
        elif self.pid is None:
            self._next_look = now + _LOOK_EVERY
        if self.folder is not None and now >= self._next_look_at_files:
            self._next_look_at_files = now + _LOOK_AT_FILES_EVERY
            self._look_at_files(self.folder)
        if now >= self._end():
            raise TimedOut(self._late(f"{self.limits.wall:g} s"), suspect=True)

    def _look_at_files(self, folder: str) -> None:
        mib, count = written(folder, self.limits.files)
        if mib > self.limits.disk:
            raise OutOfMemory(f"{self.what} wrote more than {self.limits.disk} MiB of files", suspect=False)
        if count > self.limits.files:
            raise OutOfMemory(f"{self.what} wrote more than {self.limits.files} files", suspect=False)

    def seconds(self) -> float:
        return time.monotonic() - self.start

    def cpu(self) -> float:
        return usage(self.pid).cpu - self.base.cpu if self.pid else 0.0

    def cpu_text(self) -> str:
        return self._late(f"{self.limits.cpu:g} s of CPU time")

    def memory_text(self) -> str:
        return f"{self.what} needed more than {self.limits.memory} MiB of memory. Is something growing without end?"

    def _late(self, limit: str) -> str:
        return f"{self.what} did not finish within {limit}. Is there a loop that never ends?"
