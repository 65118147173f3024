"""Times and memory peaks, kept apart from reports so that these stay equal from run to run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from grader.errors import RecordError
from grader.report.fields import Fields, dump_json, load_json
from grader.report.store import read_text, write_text

FORMAT = 1


@dataclass(frozen=True)
class CheckTiming:
    """What one check cost: seconds on the clock, CPU seconds of the worker, peak memory in MiB."""

    seconds: float
    cpu: float
    memory: float

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not (math.isfinite(value) and value >= 0):
                raise ValueError(f"{name}: must be finite and not negative, not {value}")


@dataclass(frozen=True)
class Timings:
    """student → check → what it cost."""

    students: Mapping[str, Mapping[str, CheckTiming]] = field(default_factory=dict)

    def merge(self, newer: Timings) -> Timings:
        """Both; a student who is in ``newer`` is taken from there alone, as a regrade repeats every check."""
        return Timings({**self.students, **newer.students})

    def to_json(self) -> str:
        """JSON, sorted by student; checks in their order."""
        students = {
            student: {check: asdict(timing) for check, timing in checks.items()}
            for student, checks in sorted(self.students.items())
        }
        return dump_json({"format": FORMAT, "students": students})

    @classmethod
    def from_json(cls, text: str) -> Timings:
        """What ``to_json`` wrote. Raises RecordError with the path of the field that is wrong."""
        top = Fields(load_json(text), "", ["format", "students"])
        if top.whole("format") != FORMAT:
            raise top.error("format", f"is {top.whole('format')}; this grader reads {FORMAT}")
        students = top.mapping("students")
        of_student = Fields(students, "students", list(students))
        return cls({s: _checks(of_student.mapping(s), of_student.path(s)) for s in students})


def _checks(checks: dict[str, object], path: str) -> dict[str, CheckTiming]:
    return {check: _timing(value, f"{path}.{check}") for check, value in checks.items()}


def _timing(value: object, path: str) -> CheckTiming:
    f = Fields(value, path, ["seconds", "cpu", "memory"])
    return f.build(lambda: CheckTiming(f.number("seconds"), f.number("cpu"), f.number("memory")))


def read_timings(path: Path) -> Timings:
    """The timings at ``path``; empty if there is no such file. Raises RecordError if it is damaged."""
    if not path.exists():
        return Timings()
    text = read_text(path)
    try:
        return Timings.from_json(text)
    except RecordError as error:
        raise RecordError(f"{path}: {error}. Delete the file; only times are lost") from None


def write_timings(path: Path, timings: Timings) -> None:
    """Write ``timings`` to ``path`` in one step. Raises RecordError; the old file is then unharmed."""
    write_text(path, timings.to_json())
