"""A warm process that forks on request: both ends of asking. The zygote and the checking process are such.

A request is one byte with descriptors; the first is a socket on which the server answers with a pidfd, and later
with how the child ended.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import selectors
import signal
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

MAX_FDS = 4
HUGE_PAGE, MADV_COLLAPSE = 1 << 21, 25


def make_forks_cheap() -> None:
    """Call once warm: what lives now is left alone by the collector, and is put into huge pages.

    A fork then copies hundreds of page table entries instead of tens of thousands. Where the kernel does not know how
    (before Linux 6.1), forks take two milliseconds longer.
    """
    gc.collect()
    gc.freeze()
    libc = ctypes.CDLL(None)
    for line in Path("/proc/self/maps").read_text().splitlines():
        place, mode, _, _, _, *path = line.split()
        if mode.startswith("rw") and path in ([], ["[heap]"]):
            start, end = (int(text, 16) for text in place.split("-"))
            start, end = -(-start // HUGE_PAGE) * HUGE_PAGE, end // HUGE_PAGE * HUGE_PAGE
            if end > start:
                libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), MADV_COLLAPSE)


def fork_on_request(control: socket.socket, fork: Callable[[], int] = os.fork) -> list[int] | None:
    """Serve until the other end of ``control`` is closed; None then.

    In each child it returns at once, with the request's descriptors but the first.
    """
    live: dict[int, socket.socket] = {}
    wake_read, wake_write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake_write)
    selector = selectors.DefaultSelector()
    selector.register(control, selectors.EVENT_READ)
    selector.register(wake_read, selectors.EVENT_READ)
    while True:
        ready = [key.fileobj for key, _ in selector.select()]
        if wake_read in ready:
            os.read(wake_read, 4096)
            _report_the_dead(live)
        if control not in ready:
            continue
        try:
            message, fds, _, _ = socket.recv_fds(control, 1, MAX_FDS)
        except ConnectionError:  # closed before it had read all that we sent
            return None
        if not message:
            return None
        pid = fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            selector.close()
            for other in (*live.values(), control):
                other.close()
            for fd in (wake_read, wake_write, fds[0]):
                os.close(fd)
            return fds[1:]
        live[pid] = socket.socket(fileno=fds[0])
        pidfd = os.pidfd_open(pid)
        with suppress(OSError):
            socket.send_fds(live[pid], [b"P"], [pidfd])
        for fd in (pidfd, *fds[1:]):
            os.close(fd)


def _report_the_dead(live: dict[int, socket.socket]) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        answer = live.pop(pid, None)
        if answer is not None:
            with suppress(OSError):
                answer.send(json.dumps(os.waitstatus_to_exitcode(status)).encode())
            answer.close()


class Forked:
    """A child that was asked for, seen by the one who asked."""

    def __init__(self, control: socket.socket, fds: Sequence[int], seconds: float) -> None:
        """Ask for a fork that is given ``fds``. Raises OSError if the server is gone or too slow."""
        self._status: int | None = None
        self._answer, answer = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with answer:
                socket.send_fds(control, [b"F"], [answer.fileno(), *fds])
            self._answer.settimeout(seconds)
            message, found, _, _ = socket.recv_fds(self._answer, 16, 1)
            if message != b"P" or not found:
                raise ConnectionError("the server has ended")
        except OSError:
            self._answer.close()
            raise
        self._pidfd = found[0]
        self.pid = _pid_of(self._pidfd)

    def kill(self) -> None:
        """Send SIGKILL; nothing happens if it has ended."""
        if self._pidfd >= 0:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def exit_status(self, seconds: float = 5.0) -> int | None:
        """How it ended, negative for a signal; None if that is not told in time, or the server is gone."""
        if self._status is None and self._answer.fileno() >= 0:
            self._answer.settimeout(seconds)
            with suppress(OSError, ValueError):
                self._status = int(self._answer.recv(64))
        return self._status

    def close(self) -> None:
        """Let go of the child's descriptors; safe to call twice."""
        if self._pidfd >= 0:
            os.close(self._pidfd)
            self._pidfd = -1
        self._answer.close()


def _pid_of(pidfd: int) -> int | None:
    """The process's number in our own pid namespace; that of the server may be another."""
    with open(f"/proc/self/fdinfo/{pidfd}") as file:
        for line in file:
            if line.startswith("Pid:"):
                pid = int(line.split()[1])
                return pid if pid > 0 else None
    return None
