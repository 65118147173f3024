"""A class: which submissions need grading, their reports written one by one, what is up to date skipped."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import grader
from grader.assignment import Assignment
from grader.errors import RecordError, UsageError
from grader.grading.graded import Graded, Ready
from grader.intake import Source, read_source
from grader.report import (
    Digests,
    Report,
    Timings,
    file_stem,
    read_report,
    read_timings,
    summarise,
    write_report,
    write_timings,
)
from grader.runner.protocol import Runner
from grader.sandbox.engines import LEVELS
from grader.submission import Submission

State = Literal["graded", "up to date"]
TIMINGS_EVERY = 5.0  # seconds


@dataclass(frozen=True)
class Places:
    """Where a batch writes."""

    out: Path

    def report(self, student: str) -> Path:
        return self.out / "reports" / f"{file_stem(student)}.json"

    @property
    def timings(self) -> Path:
        return self.out / "timings.json"


@cache
def grader_digest() -> str:
    """SHA-256 over the package's own sources: another grader may come to another grade."""
    digest = hashlib.sha256()
    root = Path(grader.__file__).parent
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@dataclass
class Batch:
    """Grades the submissions of one assignment into ``places``."""

    assignment: Assignment
    runner: Runner
    places: Places
    fingerprint: str
    jobs: int = 1
    force: bool = False
    weak_confinement: bool = False  # grade below the level restricted, too

    def __post_init__(self) -> None:
        self._started: Ready | None = None
        self._assignment_digest = self.assignment.digest()
        self._solution_digest = self.assignment.solution_digest()
        self._timings = read_timings(self.places.timings)
        self._timings_due = 0.0

    def run(self, sources: Sequence[Source], warn: Callable[[str], None]) -> Iterator[tuple[Report, State]]:
        """Grade what is not up to date; yields each report once it is on disk.

        A submission that gave reason to suspect the machine (a wall time-out, a kill) is graded once more when
        all others are done, alone. Raises RecordError if a report cannot be written.
        """
        todo: list[Submission] = []
        for source in sources:
            submission = read_source(source, self.assignment)
            report = None if self.force else self._up_to_date(submission, warn)
            if report is None:
                todo.append(submission)
            else:
                yield report, "up to date"
        if not todo:
            return
        self._warn_or_refuse(warn)
        again: list[Submission] = []
        try:
            for submission, graded in self._side_by_side(todo):
                if graded.suspect:
                    again.append(submission)
                else:
                    yield self._record(submission, graded), "graded"
            for submission in again:
                yield self._record(submission, self.runner.grade(submission)), "graded"
        finally:
            write_timings(self.places.timings, self._timings)

    @property
    def _ready(self) -> Ready:
        """Starts the engine when it is first needed: a class that is up to date needs none."""
        if self._started is None:
            self._started = self.runner.start()
        return self._started

    def _warn_or_refuse(self, warn: Callable[[str], None]) -> None:
        held = self._ready.confinement
        why = "; ".join(self._ready.notes)
        if _rank(held.level) > _rank("restricted") and not self.weak_confinement:
            raise UsageError(
                f"student code would be confined at level '{held.level}' only, where it can read other files of this"
                f" machine: {why}. Run `grader doctor` for the remedy, or add --allow-weak-confinement"
            )
        if held.level != LEVELS[0]:
            warn(f"student code is confined at level '{held.level}' only: {why} (see grader doctor)")

    def _side_by_side(self, todo: Sequence[Submission]) -> Iterator[tuple[Submission, Graded]]:
        with ThreadPoolExecutor(self.jobs) as pool:
            waiting = iter(todo)
            running: dict[Future[Graded], Submission] = {}

            def fill() -> None:
                while len(running) < self.jobs and (submission := next(waiting, None)) is not None:
                    running[pool.submit(self.runner.grade, submission)] = submission

            try:
                fill()
                while running:
                    done = wait(running, return_when=FIRST_COMPLETED).done
                    finished = [(running.pop(future), future) for future in done]
                    fill()  # before reports are written, so that nobody waits for a disk
                    for submission, future in finished:
                        yield submission, future.result()
            except BaseException:
                self.runner.close()  # ends the waits of the other threads
                raise

    def _record(self, submission: Submission, graded: Graded) -> Report:
        complete, points, max_points = summarise(graded.results)
        report = Report(
            assignment=self.assignment.slug,
            version=self.assignment.version,
            student=submission.student,
            complete=complete,
            points=points,
            max_points=max_points,
            results=graded.results,
            training=graded.training,
            notes=submission.notes,
            digests=self._digests(submission),
            seed_fingerprint=self.fingerprint,
            device=self._ready.device,
            torch=self._ready.torch,
            confinement=self._ready.confinement,
        )
        write_report(self.places.report(submission.student), report)
        self._note_timings(submission.student, graded)
        return report

    def _note_timings(self, student: str, graded: Graded) -> None:
        """One file for the whole class, so it is not written each time; a kill loses the last seconds of it."""
        self._timings = self._timings.merge(Timings({student: graded.timings}))
        if time.monotonic() >= self._timings_due:
            write_timings(self.places.timings, self._timings)
            self._timings_due = time.monotonic() + TIMINGS_EVERY

    def _digests(self, submission: Submission) -> Digests:
        return Digests(submission.digest(), self._assignment_digest, self._solution_digest, grader_digest())

    def _up_to_date(self, submission: Submission, warn: Callable[[str], None]) -> Report | None:
        path = self.places.report(submission.student)
        if not path.exists():
            return None
        try:
            report = read_report(path)
        except RecordError as error:
            warn(f"{error}; it is graded again")
            return None
        same = (
            report.complete
            and report.student == submission.student
            and report.version == self.assignment.version
            and report.digests == self._digests(submission)
            and report.seed_fingerprint == self.fingerprint
            and report.torch == version("torch")
        )
        return report if same and not self._better_now(report) else None

    def _better_now(self, report: Report) -> bool:
        """Was the report made where student code was less confined than it would be now?"""
        level = report.confinement.level
        if level == LEVELS[0]:
            return False
        return _rank(self._ready.confinement.level) < _rank(level)


def _rank(level: str) -> int:
    """0 for the strongest confinement; what is not known comes last."""
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)
