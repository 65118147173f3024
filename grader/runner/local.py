"""Grading on this machine: one warm checking process, and a fork of it for each submission."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import Any

from grader.assignment import Assignment
from grader.errors import ContentError, GraderError
from grader.grading.graded import Graded, Ready
from grader.grading.messages import (
    JOB_BOUNDS,
    MODEL,
    Check,
    Job,
    check_from,
    job_to,
    result_from,
    timing_from,
)
from grader.report import CheckResult, CheckTiming, Confinement, TrainingResult
from grader.sandbox.bounds import CodecError
from grader.sandbox.channel import Channel, ChannelClosed
from grader.sandbox.engines import prepare_groups
from grader.sandbox.forkserver import Forked
from grader.sandbox.seeds import DETERMINISM_ENVIRONMENT
from grader.submission import Submission
from grader.verdict import Owner, Verdict

START_SECONDS = 180.0
GRACE_SECONDS = 60.0  # on top of a check's own wall limit, before the checking process itself is given up
RESTARTS = 5


class _Late(Exception):
    """The checking process let its deadline pass."""


class _End(Enum):
    """How a fork of the checking process ended."""

    DONE = auto()
    LATE = auto()  # it let its deadline pass
    DIED = auto()  # by itself: working on a student's values, perhaps
    OUTSIDE = auto()  # killed, or it lost its zygote, or its parent: nobody's doing here


@dataclass
class _Progress:
    """What is known of one submission so far."""

    results: dict[str, CheckResult] = field(default_factory=dict)
    timings: dict[str, CheckTiming] = field(default_factory=dict)
    training: TrainingResult | None = None
    suspect: bool = False
    current: str = ""
    done: bool = False
    interruptions: int = 0


class LocalRunner:
    """A checking process (``grader.grading.server``), restarted should it die."""

    def __init__(
        self,
        assignment: Assignment,
        datasets: Path,
        seed: bytes,
        engine: str = "auto",
        wish: str = "isolated",
    ):
        self._order = {
            "assignment": str(assignment.folder),
            "solution": str(assignment.solution) if assignment.solution else "",
            "datasets": str(datasets),
            "seed": seed.hex(),
            "engine": engine,
            "wish": wish,
        }
        self._assignment = assignment
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._ready: Ready | None = None
        self._confirmed: set[str] = set()
        self._starts = 0
        self._why = ""  # the last start failed

    # ------------------------------------------------------------------ the checking process

    def start(self) -> Ready:
        with self._lock:
            return self._started()

    def _started(self) -> Ready:
        if self._ready is not None and self._process is not None and self._process.poll() is None:
            return self._ready
        self._shut()
        if not self._starts:
            groups = prepare_groups() if sys.platform == "linux" else None
            self._order["groups"] = str(groups.home) if groups else ""
        self._starts += 1
        if self._starts > RESTARTS:
            raise GraderError(f"the checking process ended too often; its words are above. {self._why}".rstrip())
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-P", "-m", "grader.grading", str(theirs.fileno())]
        self._process = subprocess.Popen(
            command,
            pass_fds=[theirs.fileno()],
            env=_environment(),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        self._control = ours
        channel = Channel(ours, JOB_BOUNDS, _Deadline(START_SECONDS))
        try:
            channel.send(self._order)
            told, _ = channel.receive()
        except (ChannelClosed, CodecError, _Late) as error:
            if self._killed_from_outside():
                self._why = "it was killed"
                return self._started()  # so often as restarts are granted
            raise GraderError(
                f"the checking process did not start: {error or 'too slow'}; its words are above"
            ) from None
        if told.get("kind") == "EngineFailed":
            self._why = told["error"]
            return self._started()
        if "error" in told:
            raise (ContentError(told["error"]) if told["kind"] == "ContentError" else GraderError(told["error"]))
        ours.setblocking(True)
        self._ready = Ready(
            checks=tuple(check_from(value) for value in told["checks"]),
            confinement=Confinement(told["level"], told["engine"], tuple(told["mechanisms"])),
            notes=tuple(told["notes"]),
            torch=told["torch"],
            device=told["device"],
        )
        return self._ready

    def _killed_from_outside(self) -> bool:
        assert self._process
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(1) == -signal.SIGKILL
        return False

    def _shut(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(10)
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def close(self) -> None:
        with self._lock:
            self._shut()

    # ------------------------------------------------------------------ one submission

    def grade(self, submission: Submission, wanted: Collection[str] | None = None) -> Graded:
        ready = self.start()
        progress = _Progress()
        while not progress.done:
            job = Job(
                submission,
                wanted=None if wanted is None else tuple(sorted(wanted)),
                known=progress.results,
                confirmed=tuple(sorted(self._confirmed)),
                model=wanted is None and self._assignment.model is not None and MODEL not in progress.timings,
            )
            end = self._attempt(job, progress)
            if not progress.done:
                self._settle(progress, submission, end, wanted)
        order = [check.id for check in ready.checks]
        results = tuple(sorted(progress.results.values(), key=lambda r: order.index(r.check)))
        return Graded(results, progress.training, progress.timings, progress.suspect)

    def _attempt(self, job: Job, progress: _Progress) -> _End:
        """Run a job in a fork of the checking process, and tell how that ended."""
        try:
            forked, sock = self._fork()
        except OSError:
            return _End.OUTSIDE
        wait = _Deadline(START_SECONDS)
        channel = Channel(sock, JOB_BOUNDS, wait)
        try:
            channel.send(*job_to(job))
            while True:
                event, _ = channel.receive()
                if "engine_failed" in event:
                    self._abandon()
                    return _End.OUTSIDE
                wait.extend(self._take(event, progress))
                if progress.done:
                    self._starts = 1  # it works: only ends without any work between them are too many
                    return _End.DONE
        except _Late:
            forked.kill()
            return _End.LATE
        except (ChannelClosed, CodecError):
            status = forked.exit_status()
            return _End.OUTSIDE if status in (None, -signal.SIGKILL) else _End.DIED
        finally:
            channel.close()
            forked.close()

    def _fork(self) -> tuple[Forked, socket.socket]:
        with self._lock:
            self._started()
            assert self._control is not None
            ours, theirs = socket.socketpair()
            try:
                return Forked(self._control, [theirs.fileno()], START_SECONDS), ours
            except OSError:
                ours.close()
                self._ready = None  # whatever is left of it is of no use
                raise
            finally:
                theirs.close()

    def _abandon(self) -> None:
        """The checking process has lost its zygote: the next job needs a new one."""
        with self._lock:
            self._ready = None

    def _take(self, event: Mapping[str, Any], progress: _Progress) -> float:
        """Note an event; returns the seconds until the next one is due."""
        if "started" in event:
            progress.current = event["started"]
            return 2 * float(event["wall"]) + GRACE_SECONDS  # twice: a doubtful check is run with the reference too
        if "result" in event:
            result = result_from(event["result"])
            progress.results[result.check] = result
            progress.timings[result.check] = timing_from(event["timing"])
            progress.suspect |= event["suspect"]
            if event["confirmed"]:
                self._confirmed.add(result.check)
        elif "model" in event:
            for value in event["model"]:
                progress.results[value["check"]] = result_from(value)
            progress.training = TrainingResult(**event["training"])
            progress.timings[MODEL] = timing_from(event["timing"])
            progress.suspect |= event["suspect"]
        elif "done" in event:
            progress.done = True
        return START_SECONDS

    # ------------------------------------------------------------------ when the checking process ends under a check

    def _settle(self, progress: _Progress, submission: Submission, end: _End, wanted: Collection[str] | None) -> None:
        """Go on after an end from outside; else see whether the reference gets through, and blame accordingly."""
        if end is _End.OUTSIDE:
            progress.interruptions += 1
            if progress.interruptions > RESTARTS:
                self._give_up(progress, "the checking process was ended from outside again and again", wanted)
            return
        current = progress.current
        if current in ("", MODEL):
            self._give_up(progress, "the checking process ended while it scored the model", wanted)
            return
        check = next(c for c in self.start().checks if c.id == current)
        trial = _Progress()
        self._attempt(Job(submission, wanted=(current,), with_reference=True, model=False), trial)
        passed = current in trial.results and trial.results[current].verdict is Verdict.PASSED
        if passed:
            late = end is _End.LATE
            how = "took too long" if late else "ended the process"
            message = f"The check could not be finished: working on what your code returned {how}."
            progress.results[current] = _failed(check, Verdict.TIMEOUT if late else Verdict.CRASHED, message)
        else:
            message = "the check does not finish with the reference either"
            progress.results[current] = _failed(check, Verdict.GRADER_ERROR, message)

    def _give_up(self, progress: _Progress, why: str, wanted: Collection[str] | None) -> None:
        for check in self.start().checks:
            if check.id not in progress.results and (wanted is None or check.id in wanted):
                progress.results[check.id] = _failed(check, Verdict.GRADER_ERROR, why)
        progress.done = True


def _failed(check: Check, verdict: Verdict, message: str) -> CheckResult:
    return CheckResult(
        check=check.id,
        title=check.title,
        verdict=verdict,
        owner=Owner.GRADER if verdict is Verdict.GRADER_ERROR else Owner.STUDENT,
        points=check.points * 0,
        max_points=check.points,
        visibility="hidden" if check.hidden else "visible",
        message=message,
        hint="\n".join(check.hints),
    )


class _Deadline:
    """A Channel's wait that ends at a moment that can be moved."""

    def __init__(self, seconds: float) -> None:
        self.extend(seconds)

    def extend(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds

    def __call__(self, sock: socket.socket, writing: bool) -> None:
        poller = select.poll()
        poller.register(sock, select.POLLOUT if writing else select.POLLIN)
        while True:
            left = self.end - time.monotonic()
            if left <= 0:
                raise _Late
            if poller.poll(left * 1000):
                return


def _environment() -> dict[str, str]:
    return {**os.environ, **DETERMINISM_ENVIRONMENT, "PYTHONDONTWRITEBYTECODE": "1"}
