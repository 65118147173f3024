"""One submission's worker, on any engine: started, imported, restarted, asked for a fork per check, ended."""

from __future__ import annotations

import os
import signal
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from grader.limits import AT_START, MIB, Limits
from grader.sandbox.bounds import Bounds, CodecError
from grader.sandbox.channel import Channel, ChannelClosed
from grader.sandbox.engines.protocol import Engine, Launch, Process
from grader.sandbox.faults import Crashed, EngineFailed, OutOfMemory, TimedOut
from grader.sandbox.watch import Output, Watch


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
    uses: name → where it uses a forbidden API, as [API, file, line]; told before the first import.
    """

    engine: Engine
    launch: Launch
    failed: dict[str, dict[str, Any] | TimedOut | OutOfMemory | Crashed] = field(default_factory=dict)
    uses: dict[str, list[list[Any]]] = field(default_factory=dict)
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
        watch = Watch(process.pid, limits, output, "the import", process.folder)
        channel = Channel(process.sock, self.launch.bounds(), watch.wait)
        expected = self._announcements()
        current, scanned = "", False
        try:
            self._send_setup(channel, process, fork)
            while True:
                header, _ = channel.receive()
                if header.get("ready") is True:
                    break
                uses = header.get("uses")
                if isinstance(uses, dict) and not scanned:  # none of the student's code has run yet
                    self.uses, scanned = uses, True
                elif expected and header.get("importing") == expected[0]:
                    current = expected.pop(0)
                    watch.what = f"the import of {current}.py"
                else:  # the student's own message, or one of the worker's that their code has spoilt
                    raise CodecError(f"{watch.what} broke the conversation with the grader")
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

    def _announcements(self) -> list[str]:
        """The modules that the worker announces before it reads and before it imports each, in this order.

        Student code may announce something itself; held to the order, a lie costs the liar one more start at most.
        """
        dead = {m for m, error in self.failed.items() if not isinstance(error, dict)}
        order = [m for m in self.launch.modules if f"{m}.py" in self.launch.files and m not in dead]
        return [*order, *order] if self.launch.forbidden else order

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
                "folder": process.folder,
                "limits": {name: getattr(self.launch.limits, name) for name in AT_START},
                "forbidden": list(self.launch.forbidden),
            },
            [content for _, content in files],
        )

    # ------------------------------------------------------------------ checks

    def open(self, seed: int, limits: Limits, forbidden: tuple[str, ...] = ()) -> Line:
        """A line for one check, served by a fresh fork (or a fresh import where forking is not possible)."""
        if self._direct:
            self.kill()
        try:
            return self._open(seed, limits, forbidden)
        except (ChannelClosed, OSError):
            self.kill()  # it died between two checks, whoever did it: a new one is as good
        try:
            return self._open(seed, limits, forbidden)
        except (ChannelClosed, OSError):
            raise Crashed("the worker ended between two checks", suspect=True) from None

    def _open(self, seed: int, limits: Limits, forbidden: tuple[str, ...]) -> Line:
        self.ensure()
        assert self._process
        assert self._channel
        assert self._output
        bounds = Bounds(payload=limits.message * MIB)
        order = {"op": "check", "seed": seed, "cpu": limits.cpu, "memory": limits.memory * MIB}
        order |= {"message": bounds.payload, "forbidden": list(forbidden)}
        if not self.engine.forks or self._direct:
            self._output.drain()
            output = Output(limits.output * 1024, None if self._output.fd is None else os.dup(self._output.fd))
            watch = Watch(self._process.pid, limits, output, "", self._process.folder)
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
        watch = Watch(self._process.pid, limits, output, "", self._process.folder)
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
    if isinstance(error, CodecError):
        return Crashed(str(error))
    return ended(watch, status)


def ended(watch: Watch, status: int | None) -> Crashed | TimedOut:
    """How a worker's sudden end is told: by exit code, by signal."""
    if status == -signal.SIGXCPU:
        return TimedOut(watch.cpu_text(), suspect=False)
    return crash(watch.what, status)


def crash(what: str, status: int | None) -> Crashed:
    """A worker's end that no limit explains."""
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
