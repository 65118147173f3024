"""The ``submission`` of a check: looks like a module with the student's names; every call crosses the boundary."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from grader.assignment import Forbidden
from grader.checkers.describe import describe_call
from grader.limits import Limits
from grader.remote.module import Mirrors, clean
from grader.remote.side import TrustedSide, told_error
from grader.sandbox.channel import ChannelClosed
from grader.sandbox.codec import Packed, Unpacked
from grader.sandbox.engines import Line, Worker, ended
from grader.sandbox.faults import Crashed, Fault, NotAttempted, OutOfMemory, StudentRaised, TimedOut
from grader.sandbox.forbidden.scan import names_reached
from grader.sandbox.peer import ROOT, SERVICE, Asked, Peer, Proxy


class _WatchedPeer(Peer):
    """A peer that turns the end of the worker into the fault that it is, once and for all later calls."""

    def __init__(self, worker: Worker, line: Line, limits: Limits) -> None:
        mirrors = Mirrors()
        super().__init__(line.channel, TrustedSide(mirrors, limits.items), line.channel.bounds, mirrors)
        mirrors.peer = self
        self.worker, self.line = worker, line
        self.fault: BaseException | None = None
        self.last_call: tuple[str, tuple[Any, ...], dict[str, Any]] | None = None

    def exchange(self, asked: Asked, head: dict[str, Any], packed: Packed) -> tuple[Unpacked, dict[str, Any]]:
        if self.fault is not None:
            raise self.fault
        watch, outer = self.line.watch, self.line.watch.what
        watch.what = asked.label if asked.label.startswith("the ") else f"the call of {asked.label}"
        try:
            return super().exchange(asked, head, packed)
        except ChannelClosed:
            self.line.output.drain()
            self.fault = ended(watch, self.worker.how_it_ended(self.line))
            raise self.fault from None
        finally:
            watch.what = outer

    def ask(
        self,
        asked: Asked,
        verb: str,
        handle: int,
        name: str | None,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        of_the_student = handle != SERVICE and not (name or "").startswith("__")  # not len() of what came back
        if verb == "call" and (of_the_student or name == "call_with"):
            self.last_call = (asked.label, args[asked.skip :], kwargs or {})
        return super().ask(asked, verb, handle, name, args, kwargs)

    def _made(self, *args: Any) -> Any:
        with self._judged():
            return super()._made(*args)

    def vjp(self, *args: Any) -> Any:
        with self._judged():
            return super().vjp(*args)

    def _serve(self, header: dict[str, Any], payload: bytearray) -> None:
        try:
            super()._serve(header, payload)
        except BaseException as error:
            if isinstance(error, self.side.passing) and self.fault is None:
                self.fault = error  # the worker still waits for an answer: nothing more can be asked of it
            raise

    @contextmanager
    def _judged(self) -> Iterator[None]:
        """A worker that has used up a limit or broken the protocol is ended; every later call says so again."""
        try:
            yield
        except (TimedOut, OutOfMemory, Crashed) as fault:
            told = isinstance(fault, OutOfMemory) and not fault.suspect  # a MemoryError: the worker lives
            if self.fault is None and not told:
                self.fault = fault
                self.worker.kill()
            raise


def forbidden_text(uses: Sequence[Any], rules: Sequence[Forbidden]) -> str:
    """One line for each place; what a worker tells is checked, since student code may have told it."""
    reasons = {name: rule.reason for rule in rules for name in rule.names}
    lines = []
    for use in uses:
        match use:
            case [str(name), str(file), int(line)] if name in reasons:
                lines.append(f"{clean(file)}, line {line}: {name} may not be used here: {reasons[name]}")
    return "\n".join(dict.fromkeys(lines))


class SubmissionProxy:
    """Every public attribute is the student's function or class of that name.

    Calls raise StudentRaised (also an instance of the built-in type that was raised) or a Fault.
    """

    def __init__(
        self,
        worker: Worker,
        seed: int,
        limits: Limits,
        drivers: str | None = None,
        forbidden: Sequence[Forbidden] = (),
    ) -> None:
        worker.ensure()
        self._worker = worker
        self._forbidden = forbidden
        self._line = worker.open(seed, limits, tuple(name for rule in forbidden for name in rule.names))
        self._used: set[str] = set()
        self._peer = _WatchedPeer(worker, self._line, limits)
        self._drivers = drivers

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        self._used.add(name)
        return _Name(self, name)

    def changed_inputs(self) -> list[str]:
        """Which inputs the calls so far have changed in place, as the worker reports."""
        return list(dict.fromkeys(self._peer.changed))

    def put_file(self, name: str, content: str | bytes) -> str:
        """Write a file where the student's code can read it; returns the path to pass on."""
        data = content.encode() if isinstance(content, str) else content
        return str(self._peer.ask(Asked("put_file"), "call", SERVICE, "put_file", (name, data)))

    @property
    def driver(self) -> _Drivers:
        """``submission.driver.f(*args)`` runs ``f(student, *args)`` of checks/drivers.py inside the worker."""
        return _Drivers(self)

    def predict_trained(self, weights: bytes, inputs: Any) -> Any:
        """Build the student's model, load its checkpoint and predict, all in the worker; labels stay here."""
        return self._peer.call(SERVICE, "predict", weights, inputs)

    def protect(self, generator: torch.Generator) -> None:
        """The state of this generator never comes back from the worker."""
        self._peer.protected.append(generator)

    def forbidden_use(self) -> str:
        """Where the code that this check has called uses an API that the check forbids; empty if nowhere is known."""
        if not self._forbidden:
            return ""
        written = [use for name in sorted(self._used) for use in self._worker.uses.get(name, ())]
        called = self._peer.call(SERVICE, "forbidden_calls")
        return forbidden_text([*written, *(called if isinstance(called, list) else ())], self._forbidden)

    def stdout(self) -> str:
        """What the student's code has printed so far, bounded."""
        self._line.output.drain()
        return self._line.output.text()

    def last_call(self) -> str:
        """The last call of a function or method of the student's, as it can be pasted into Python; may be empty."""
        call = self._peer.last_call
        return describe_call(*call) if call is not None else ""

    def usage(self) -> tuple[float, float]:
        """CPU seconds and peak MiB of the check so far."""
        return self._line.watch.cpu(), self._line.watch.peak

    def close(self) -> None:
        """End the check's conversation."""
        self._worker.end(self._line, clean=self._peer.fault is None)

    def import_failure(self, module: str) -> StudentRaised | Fault | None:
        """What the import of a module came to, if it failed."""
        failure = self._worker.failed.get(module)
        return told_error(failure, f"the import of {module}.py") if isinstance(failure, dict) else failure

    def _ready(self, name: str) -> None:
        failure = self.import_failure(self._worker.launch.names.get(name, ""))
        if failure is not None:
            raise failure


class _Name(Proxy):
    """A name of the student's. Callable; an attribute of it (of a class, say) reaches over as well."""

    def __init__(self, submission: SubmissionProxy, name: str) -> None:
        self._submission, self._name = submission, name
        self.handle_peer = submission._peer

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        self._submission._ready(self._name)
        return self.handle_peer.call(ROOT, self._name, *args, **kwargs)

    def __getattr__(self, attribute: str) -> Any:
        if attribute == "handle_id":  # it is passed to a function of the student's
            return self._found().handle_id
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return getattr(self._found(), attribute)

    def _found(self) -> Any:
        self._submission._ready(self._name)
        return self.handle_peer.get(ROOT, self._name)

    def __repr__(self) -> str:
        return f"<the student's {self._name}>"


class _Drivers:
    def __init__(self, submission: SubmissionProxy) -> None:
        self._submission = submission

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        source = self._submission._drivers
        if source is None:
            raise AttributeError("there is no drivers.py beside this check file")

        def drive(*args: Any, **kwargs: Any) -> Any:
            self._submission._used |= names_reached(ast.parse(source), name)
            asked = Asked(f"the driver {name}", skip=2)
            try:
                return self._submission._peer.ask(asked, "call", SERVICE, "drive", (source, name, *args), kwargs)
            except NotAttempted:
                # A module whose import ended the worker is left out of the next one: what it lacks is no wonder.
                for failure in self._submission._worker.failed.values():
                    if not isinstance(failure, dict):
                        raise failure from None
                raise

        return drive
