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
_TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


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
            with open(f"/proc/{process}/statm") as file:
                resident, shared = map(int, file.read().split()[1:3])
        except (OSError, IndexError, ValueError):
            continue
        cpu += sum(map(int, fields[11:15])) / _TICK
        private.append((resident - shared) * _PAGE / MIB)  # the shared part is torch itself, mapped once
    return Usage(cpu, tuple(private))


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

    def __init__(self, pid: int | None, limits: Limits, output: Output, what: str) -> None:
        self.pid, self.limits, self.output = pid, limits, output
        self.what = what  # "the import of regression.py", or the call under way
        self.start = time.monotonic()
        self.base = usage(pid) if pid else Usage()
        self.floor = max(self.base.private, default=0.0)
        self.peak = 0.0
        self._next_look = self.start + _FIRST_LOOK

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
                raise TimedOut(self._late(f"{self.limits.cpu:g} s of CPU time"), suspect=False)
            if memory > self.limits.memory:
                raise OutOfMemory(self.memory_text(), suspect=True)
        elif self.pid is None:
            self._next_look = now + _LOOK_EVERY
        if now >= self._end():
            raise TimedOut(self._late(f"{self.limits.wall:g} s"), suspect=True)

    def seconds(self) -> float:
        return time.monotonic() - self.start

    def cpu(self) -> float:
        return usage(self.pid).cpu - self.base.cpu if self.pid else 0.0

    def memory_text(self) -> str:
        return f"{self.what} needed more than {self.limits.memory} MiB of memory. Is something growing without end?"

    def _late(self, limit: str) -> str:
        return f"{self.what} did not finish within {limit}. Is there a loop that never ends?"
