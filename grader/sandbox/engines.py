"""Starting workers, from the trusted side: one Protocol, one class per way of doing it.

``ForkEngine`` asks a zygote (Linux). ``SpawnEngine`` starts a plain subprocess (any system, no confinement).
"""

from __future__ import annotations

import json
import os
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from grader.limits import MIB, Limits
from grader.sandbox.bounds import Bounds, CodecError
from grader.sandbox.channel import Channel, ChannelClosed
from grader.sandbox.faults import Crashed, EngineFailed, OutOfMemory, TimedOut
from grader.sandbox.forkserver import Forked
from grader.sandbox.seeds import DETERMINISM_ENVIRONMENT
from grader.sandbox.watch import Output, Watch, tree

STARTUP_SECONDS = 120.0
EXIT_SECONDS = 1.0  # one who has closed the conversation and goes on is not waited for
LEVELS = ("isolated", "restricted", "process")
PASSED_ON = frozenset(  # what an interpreter needs to start; any other variable may be a secret
    {
        *("PATH", "HOME", "USER", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TEMP", "TMP"),
        *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONHOME"),
        *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE", "HOMEDRIVE", "HOMEPATH"),
        *("APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE"),
    }
)


@dataclass(frozen=True)
class Launch:
    """What a worker is started with: the submission by content, and how to import it."""

    files: Mapping[str, bytes]
    modules: tuple[str, ...]
    names: Mapping[str, str]
    seed: int
    limits: Limits

    def bounds(self) -> Bounds:
        return Bounds(payload=self.limits.message * MIB)


@dataclass(frozen=True)
class Holding:
    """How workers are confined: the level, what holds, and why it is not more."""

    level: str
    engine: str
    mechanisms: tuple[str, ...]
    notes: tuple[str, ...] = ()


class Process(Protocol):
    """A running worker process, seen from outside."""

    @property
    def pid(self) -> int | None: ...
    @property
    def sock(self) -> socket.socket: ...
    @property
    def out(self) -> int | None: ...

    def kill(self) -> None:
        """End it and all that it has started; safe to call twice."""

    def exit_status(self) -> int | None:
        """How it ended, negative for a signal; None if it goes on, or that is not known."""


class Engine(Protocol):
    """A way to run worker processes."""

    @property
    def holding(self) -> Holding:
        """How workers are confined; waits until that is known."""

    forks: bool  # a worker can serve each check from a fork of itself

    def start(self, launch: Launch) -> Process:
        """Start a worker process; raises EngineFailed if none can be had."""

    def alive(self) -> bool:
        """Can workers still be started? If not, the end of one says nothing about the student."""

    def close(self) -> None:
        """Let go of everything that was started."""


class ForkEngine:
    """Workers forked from a zygote. May be used from several forked processes at once: a request is one datagram."""

    forks = True

    def __init__(self, preload: tuple[str, ...] = (), wish: str = "isolated") -> None:
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
            self._told = Holding(told["level"], "fork", tuple(told["mechanisms"]), tuple(told["notes"]))
            self.control.settimeout(None)
        return self._told

    def start(self, launch: Launch) -> Process:
        assert self.holding
        return _ForkedProcess(self.control, private_root="mount" in self.holding.mechanisms)

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
        self.folder = None if private_root else tempfile.mkdtemp(prefix="grader-")
        self.sock, channel = socket.socketpair()
        self.out, out = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(self.out, False)
        try:
            self._forked = Forked(control, [channel.fileno(), out], STARTUP_SECONDS)
        except OSError as error:
            self.sock.close()
            os.close(self.out)
            if self.folder:
                shutil.rmtree(self.folder, ignore_errors=True)
            raise EngineFailed(f"the zygote is gone: {error}") from None
        finally:
            channel.close()
            os.close(out)
        self.pid = self._forked.pid

    def kill(self) -> None:
        # In a pid namespace the first kill takes all; elsewhere each descendant is sent its own.
        others = tree(self.pid)[1:] if self.pid and self.folder else []
        self._forked.kill()
        for pid in others:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        self._forked.exit_status()
        self._forked.close()
        self.sock.close()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def exit_status(self) -> int | None:
        return self._forked.exit_status(EXIT_SECONDS)


class SpawnEngine:
    """Workers as plain subprocesses, for systems without a safe fork. No confinement: for a student's own code."""

    forks = False

    def __init__(self) -> None:
        self.holding = Holding("none", "spawn", ())

    def start(self, launch: Launch) -> Process:
        return _SpawnedProcess()

    def alive(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing is kept."""


class _SpawnedProcess:
    def __init__(self) -> None:
        token = secrets.token_hex(16)
        self.folder = tempfile.mkdtemp(prefix="grader-")
        environment = {
            **{name: value for name, value in os.environ.items() if name.upper() in PASSED_ON},
            **DETERMINISM_ENVIRONMENT,
            "CUDA_VISIBLE_DEVICES": "",
            "PYTHONUTF8": "1",
        }
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = str(server.getsockname()[1])
            self._popen = subprocess.Popen(
                [sys.executable, "-s", "-P", "-B", "-m", "grader.sandbox.worker", port],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=environment,
            )
            assert self._popen.stdin
            assert self._popen.stdout
            try:
                with self._popen.stdin as stdin:
                    stdin.write(token.encode() + b"\n")
                self.sock = self._accept(server, token.encode())
            except OSError as error:
                self._popen.kill()
                self._popen.wait()
                with self._popen.stdout as stdout:
                    said = stdout.read().decode("utf-8", "replace")[-2000:]
                shutil.rmtree(self.folder, ignore_errors=True)
                raise EngineFailed(f"the worker did not start: {error} {said}".strip()) from None
        self.pid: int | None = self._popen.pid if sys.platform == "linux" else None
        self.out: int | None
        if sys.platform == "win32":  # pipes cannot be polled there: a thread reads
            self.out = None
            self._reader = threading.Thread(target=self._popen.stdout.read, daemon=True)
            self._reader.start()
        else:
            self.out = os.dup(self._popen.stdout.fileno())
            os.set_blocking(self.out, False)
            self._popen.stdout.close()

    def _accept(self, server: socket.socket, token: bytes) -> socket.socket:
        """The connection of the one who knows the token; others on this machine may knock too."""
        end = time.monotonic() + STARTUP_SECONDS
        server.settimeout(0.5)
        while time.monotonic() < end and self._popen.poll() is None:
            with suppress(OSError):
                sock, _ = server.accept()
                sock.settimeout(5.0)
                if secrets.compare_digest(_read_exactly(sock, len(token)), token):
                    return sock
                sock.close()
        raise TimeoutError("it ended, or nobody with the right token came.")

    def kill(self) -> None:
        for pid in tree(self.pid)[1:] if self.pid and self._popen.poll() is None else []:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        self._popen.kill()
        self._popen.wait()
        self.sock.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def exit_status(self) -> int | None:
        try:
            return self._popen.wait(EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            return None


def _read_exactly(sock: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (more := sock.recv(size - len(data))):
        data += more
    return data


@dataclass
class Line:
    """An open conversation with a worker about one check."""

    channel: Channel
    watch: Watch
    output: Output


@dataclass
class Worker:
    """One submission's worker on any engine: imported, restarted where needed, one line per check.

    failed: module → what its import raised, as the worker told it, or the fault that ended it.
    """

    engine: Engine
    launch: Launch
    failed: dict[str, dict[str, Any] | TimedOut | OutOfMemory | Crashed] = field(default_factory=dict)
    import_output: str = ""
    peak: float = 0.0
    _process: Process | None = None
    _channel: Channel | None = None
    _output: Output | None = None
    _direct: bool = False  # the import left something that a fork would not survive
    _imported: bool = False

    # ------------------------------------------------------------------ importing

    def ensure(self) -> None:
        """Import the modules, if that is not done; a module that kills the worker is skipped the next time."""
        while self._process is None:
            self._start(fork=self.engine.forks and not self._direct)

    def _start(self, fork: bool) -> None:
        process = self.engine.start(self.launch)
        limits = self.launch.limits
        output = Output(limits.output * 1024, process.out)
        watch = Watch(process.pid, limits, output, "the import")
        channel = Channel(process.sock, self.launch.bounds(), watch.wait)
        current = ""
        try:
            self._send_setup(channel, process, fork)
            while True:
                header, _ = channel.receive()
                if header.get("ready") is True:
                    break
                if header.get("importing") in self.launch.modules:  # else it is the student's own message
                    current = header["importing"]
                    watch.what = f"the import of {current}.py"
        except (ChannelClosed, CodecError, TimedOut, OutOfMemory) as error:
            status = process.exit_status() if isinstance(error, ChannelClosed) else None
            process.kill()
            output.drain()
            if status is None and not self.engine.alive():
                raise EngineFailed("the zygote was ended") from None
            if current not in self.launch.modules:
                raise EngineFailed(f"the worker ended before any import ({status}): {output.text()[-2000:]}") from None
            self.failed[current] = _fault(error, watch, status)
            self._keep_imports(output)
            output.close()
            return
        output.drain()
        self._keep_imports(output)
        told = header.get("failed")
        for module, failure in told.items() if isinstance(told, dict) else ():
            if module in self.launch.modules and isinstance(failure, dict):
                self.failed[module] = failure
        self.peak = max(self.peak, watch.peak)
        if fork and header.get("obstacle"):
            self._direct = True
            process.kill()
            output.close()
            return
        self._process, self._channel, self._output = process, channel, output

    def _keep_imports(self, output: Output) -> None:
        if not self._imported:
            self.import_output = output.text()
        self._imported = True

    def _send_setup(self, channel: Channel, process: Process, fork: bool) -> None:
        files = list(self.launch.files.items())
        died = [m for m, error in self.failed.items() if not isinstance(error, dict)]
        channel.send(
            {
                "files": [[name, len(content)] for name, content in files],
                "modules": list(self.launch.modules),
                "names": dict(self.launch.names),
                "skip": died,
                "seed": self.launch.seed,
                "fork": fork,
                "folder": getattr(process, "folder", None),
                "memory": self.launch.limits.memory,
                "processes": self.launch.limits.processes,
            },
            [content for _, content in files],
        )

    # ------------------------------------------------------------------ checks

    def open(self, seed: int, limits: Limits) -> Line:
        """A line for one check, served by a fresh fork (or a fresh import where forking is not possible)."""
        if self._direct:
            self.kill()
        try:
            return self._open(seed, limits)
        except (ChannelClosed, OSError):
            self.kill()  # it died between two checks, whoever did it: a new one is as good
        try:
            return self._open(seed, limits)
        except (ChannelClosed, OSError):
            raise Crashed("the worker ended between two checks", suspect=True) from None

    def _open(self, seed: int, limits: Limits) -> Line:
        self.ensure()
        assert self._process
        assert self._channel
        assert self._output
        bounds = Bounds(payload=limits.message * MIB)
        order = {"op": "check", "seed": seed, "cpu": limits.cpu, "memory": limits.memory * MIB}
        order["message"] = bounds.payload
        if not self.engine.forks or self._direct:
            self._output.drain()
            output = Output(limits.output * 1024, None if self._output.fd is None else os.dup(self._output.fd))
            watch = Watch(self._process.pid, limits, output, "")
            self._channel.wait, self._channel.bounds = watch.wait, bounds
            try:
                self._channel.send(order)
            except BaseException:
                output.close()
                raise
            return Line(self._channel, watch, output)
        ours, theirs = socket.socketpair()
        read, write = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(read, False)
        output = Output(limits.output * 1024, read)
        watch = Watch(self._process.pid, limits, output, "")
        try:
            self._channel.wait = watch.wait
            self._channel.send(order)
            socket.send_fds(self._channel.sock, [b"F"], [theirs.fileno(), write])
        except BaseException:
            ours.close()
            output.close()
            raise
        finally:
            theirs.close()
            os.close(write)
        return Line(Channel(ours, bounds, watch.wait), watch, output)

    def end(self, line: Line, clean: bool = True) -> None:
        """Close a check's line and end what it has left behind; the worker stays for the next check.

        ``clean`` is False where the check's process may be in the middle of something.
        """
        line.output.drain()
        line.output.close()
        if self._channel is None:
            line.channel.close()
            return
        if self.engine.forks and not self._direct:
            line.channel.close()
        elif not clean:
            self.kill()
            return
        with suppress(ChannelClosed, CodecError, TimedOut, OutOfMemory):
            self._channel.send({"op": "end"})

    def how_it_ended(self, line: Line) -> int | None:
        """The status of the process that served a check and is gone; the worker's word, good for a message only.

        Raises EngineFailed if the engine itself is gone, so that nobody is blamed for that.
        """
        status = self._status(line)
        if status is None and not self.engine.alive():
            raise EngineFailed("the zygote was ended")
        return status

    def _status(self, line: Line) -> int | None:
        if self._process is None or self._channel is None:
            return None
        if not self.engine.forks or self._direct:
            status = self._process.exit_status()
            self.kill()
            return status
        output = Output(1024)
        try:
            self._channel.wait = Watch(None, Limits(wall=2.0), output, "").wait
            self._channel.send({"op": "status"})
            status = self._channel.receive()[0].get("status")
        except (ChannelClosed, CodecError, TimedOut):
            return self._process.exit_status()
        return status if type(status) is int else None

    def kill(self) -> None:
        """End the worker and all it has started; the next check starts a new one."""
        if self._process is not None:
            self._process.kill()
            self._process = self._channel = None
        if self._output is not None:
            self._output.close()
            self._output = None


def _fault(error: Exception | BaseException, watch: Watch, status: int | None) -> TimedOut | OutOfMemory | Crashed:
    if isinstance(error, (TimedOut, OutOfMemory)):
        return error
    return crash(watch.what, status)


def crash(what: str, status: int | None) -> Crashed:
    """How a worker's sudden end is told: by exit code, by signal."""
    if status is None:
        return Crashed(f"the process ended during {what}", suspect=True)
    if status >= 0:
        return Crashed(f"the process ended itself during {what} (exit code {status}); do not call exit functions")
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = str(-status)
    if name == "SIGKILL":
        return Crashed(f"the process was killed during {what}", suspect=True)
    return Crashed(f"the process was ended by {name} during {what}")


def make_engine(kind: str, preload: tuple[str, ...] = (), wish: str = "isolated") -> Engine:
    """``auto`` is a zygote on Linux and plain subprocesses elsewhere; ``fork`` and ``spawn`` force one."""
    if wish not in LEVELS:
        raise ValueError(f"a level is one of {', '.join(LEVELS)}, not {wish!r}")
    if kind == "spawn" or (kind == "auto" and sys.platform != "linux"):
        return SpawnEngine()
    return ForkEngine(preload, wish)
