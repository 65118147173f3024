"""The ``submission`` of a check: looks like a module with the student's names; every call crosses the boundary."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from grader.checkers.describe import describe_call
from grader.limits import Limits
from grader.remote.module import adopt_module, prepared
from grader.remote.side import TrustedSide, student_error
from grader.sandbox.channel import ChannelClosed
from grader.sandbox.engines import Line, Worker, crash
from grader.sandbox.faults import Crashed, Fault, OutOfMemory, StudentRaised, TimedOut
from grader.sandbox.peer import ROOT, SERVICE, Peer


class _WatchedPeer(Peer):
    """A peer that turns the end of the worker into the fault that it is, once and for all later calls."""

    def __init__(self, worker: Worker, line: Line, side: TrustedSide) -> None:
        super().__init__(line.channel, side, line.channel.bounds)
        self.worker, self.line = worker, line
        self.fault: BaseException | None = None
        self.last_call: tuple[str, tuple[Any, ...], dict[str, Any]] | None = None

    def exchange(self, head: Any, packed: Any) -> Any:
        if self.fault is not None:
            raise self.fault
        name = str(head.get("n") or "a function of the student's")
        self.line.watch.what = f"the call of {name}"
        try:
            return super().exchange(head, packed)
        except ChannelClosed:
            self.line.output.drain()
            self.fault = crash(self.line.watch.what, self.worker.how_it_ended(self.line))
            raise self.fault from None

    def _ask(self, verb: str, handle: int, name: str | None, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if verb == "call" and handle != SERVICE:
            self.last_call = (name or "the function", args, kwargs)
        elif name == "call_module":
            self.last_call = (args[2] or "the module", args[5:], kwargs)
        with self._judged():
            return super()._ask(verb, handle, name, args, kwargs)

    def vjp(self, *args: Any) -> Any:
        with self._judged():
            return super().vjp(*args)

    @contextmanager
    def _judged(self) -> Iterator[None]:
        """A worker that has used up a limit or broken the protocol is ended; every later call says so again."""
        try:
            yield
        except (TimedOut, OutOfMemory, Crashed) as fault:
            if self.fault is None:
                self.fault = fault
                self.worker.kill()
            raise


class SubmissionProxy:
    """Every public attribute is the student's function or class of that name.

    Calls raise StudentRaised (also an instance of the built-in type that was raised) or a Fault.
    """

    def __init__(self, worker: Worker, seed: int, limits: Limits, drivers: str | None = None) -> None:
        worker.ensure()
        self._worker = worker
        self._line = worker.open(seed, limits)
        self._peer = _WatchedPeer(worker, self._line, TrustedSide(adopt_module, limits.items))
        self._drivers = drivers

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return _Name(self, name)

    def changed_inputs(self) -> list[str]:
        """Which inputs the calls so far have changed in place, as the worker reports."""
        return list(dict.fromkeys(self._peer.changed))

    def put_file(self, name: str, content: str | bytes) -> str:
        """Write a file where the student's code can read it; returns the path to pass on."""
        data = content.encode() if isinstance(content, str) else content
        return str(self._peer.call(SERVICE, "put_file", name, data))

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
        if self._peer.fault is None:
            self._worker.end(self._line)
        else:
            self._line.channel.close()
            self._line.output.close()

    def import_failure(self, module: str) -> StudentRaised | Fault | None:
        """What the import of a module came to, if it failed."""
        failure = self._worker.failed.get(module)
        return student_error(failure) if isinstance(failure, dict) else failure

    def _call(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        failure = self.import_failure(self._worker.launch.names.get(name, ""))
        if failure is not None:
            raise failure
        return self._peer.call(ROOT, name, *map(_argument, args), **{k: _argument(v) for k, v in kwargs.items()})


class _Name:
    """A name of the student's. Callable; an attribute of it (of a class, say) reaches over as well."""

    def __init__(self, submission: SubmissionProxy, name: str) -> None:
        self._submission, self._name = submission, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._submission._call(self._name, args, kwargs)

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return getattr(self._found(), attribute)

    def _found(self) -> Any:
        return self._submission._peer.get(ROOT, self._name)

    def __repr__(self) -> str:
        return f"<the student's {self._name}>"


def _argument(value: Any) -> Any:
    return value._found() if isinstance(value, _Name) else prepared(value)


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
            return self._submission._peer.call(SERVICE, "drive", source, name, *map(_argument, args), **kwargs)

        return drive
