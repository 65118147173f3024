"""Workers forked from a zygote (Linux)."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress

from grader.sandbox.engines.groups import Group, Groups
from grader.sandbox.engines.protocol import EXIT_SECONDS, STARTUP_SECONDS, Holding, Launch, Process
from grader.sandbox.faults import EngineFailed
from grader.sandbox.forkserver import Forked
from grader.sandbox.scratch import remove_tree
from grader.sandbox.seeds import DETERMINISM_ENVIRONMENT
from grader.sandbox.watch import tree

MAX_LOOKS = 100


class ForkEngine:
    """Workers forked from a zygote. May be used from several forked processes at once: a request is one datagram."""

    forks = True

    def __init__(self, preload: tuple[str, ...] = (), wish: str = "isolated", groups: Groups | None = None) -> None:
        self.groups = groups
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [
            sys.executable,
            "-s",
            "-P",
            "-B",
            "-m",
            "grader.sandbox.zygote",
            str(theirs.fileno()),
            wish,
            *preload,
        ]
        environment = {
            **DETERMINISM_ENVIRONMENT,
            "LC_ALL": "C.UTF-8",
            "CUDA_VISIBLE_DEVICES": "",
            "PATH": os.environ.get("PATH", ""),
        }
        self.process = subprocess.Popen(
            command, pass_fds=[theirs.fileno()], env=environment, stdin=subprocess.DEVNULL, cwd="/"
        )
        theirs.close()
        self.control = ours
        self._told: Holding | None = None

    @property
    def holding(self) -> Holding:
        """Waits until the zygote is warm."""
        if self._told is None:
            self.control.settimeout(STARTUP_SECONDS)
            try:
                message = self.control.recv(1 << 16)
            except OSError as error:
                raise EngineFailed(f"the zygote did not start: {error}") from None
            if not message:
                raise EngineFailed("the zygote ended while starting; its words are above")
            told = json.loads(message)
            mechanisms = (*told["mechanisms"], *(["cgroup v2 limits"] if self.groups else []))
            self._told = Holding(told["level"], "fork", mechanisms, tuple(told["notes"]))
            self.control.settimeout(None)
        return self._told

    def start(self, launch: Launch) -> Process:
        assert self.holding
        process = _ForkedProcess(self.control, private_root="mount" in self.holding.mechanisms)
        if self.groups is not None and process.pid is not None:
            try:
                process.group = self.groups.group(process.pid, launch.limits)  # it waits for its setup meanwhile
            except OSError as error:
                process.kill()
                raise EngineFailed(f"the worker could not be put into a control group: {error}") from None
        return process

    def alive(self) -> bool:
        if self.control.fileno() < 0:
            return False
        poller = select.poll()
        poller.register(self.control, select.POLLRDHUP)
        return not poller.poll(0)

    def close(self) -> None:
        self.control.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class _ForkedProcess:
    def __init__(self, control: socket.socket, private_root: bool) -> None:
        self.folder: str | None = None if private_root else tempfile.mkdtemp(prefix="grader-")
        self.sock, channel = socket.socketpair()
        self.out, out = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(self.out, False)
        try:
            self._forked = Forked(control, [channel.fileno(), out], STARTUP_SECONDS)
        except OSError as error:
            self.sock.close()
            os.close(self.out)
            if self.folder:
                remove_tree(self.folder)
            raise EngineFailed(f"the zygote is gone: {error}") from None
        finally:
            channel.close()
            os.close(out)
        self.pid = self._forked.pid
        self.group: Group | None = None

    def kill(self) -> None:
        # In a pid namespace the first kill takes all; elsewhere each descendant is sent its own.
        others = _stopped_tree(self.pid) if self.pid and self.folder else []
        self._forked.kill()
        for pid in others:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        self._forked.exit_status()
        if self.group is not None:
            self.group.close()
        self._forked.close()
        self.sock.close()
        if self.folder:
            remove_tree(self.folder)

    def exit_status(self) -> int | None:
        return self._forked.exit_status(EXIT_SECONDS)


def _stopped_tree(pid: int) -> list[int]:
    """The descendants of a process, all stopped: while they run, a fork bomb is ahead of whoever kills it."""
    stopped: set[int] = set()
    for _ in range(MAX_LOOKS):
        new = set(tree(pid)[1:]) - stopped
        if not new:
            break
        for process in new:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGSTOP)
        stopped |= new
    return sorted(stopped)
