"""The nouns of a report: what each check said of one submission, and under which circumstances."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, cast

from grader.errors import RecordError
from grader.report.fields import Fields, dump_json, load_json, shown
from grader.report.points import points_text
from grader.verdict import Owner, Verdict

FORMAT = 1
Visibility = Literal["visible", "hidden"]


@dataclass(frozen=True)
class CheckResult:
    """What one check said.

    check: name of the check; title: what the student reads for it.
    owner: whose doing the verdict is. A skipped check has the owner of what it was skipped for.
    message, hint, stdout: texts for the student; message and stdout may hold what the student's code said.
    Raises ValueError if points, verdict, owner or visibility contradict each other.
    """

    check: str
    title: str
    verdict: Verdict
    owner: Owner
    points: Decimal
    max_points: Decimal
    visibility: Visibility
    message: str = ""
    hint: str = ""
    stdout: str = ""

    def __post_init__(self) -> None:
        _valid_points("points", self.points)
        _valid_points("max_points", self.max_points)
        if self.points > self.max_points:
            raise ValueError(f"points: {self.points} is more than max_points, {self.max_points}")
        if self.visibility not in ("visible", "hidden"):
            raise ValueError(f"visibility: must be one of visible, hidden, not {shown(self.visibility)!r}")
        inherits = self.verdict is Verdict.SKIPPED and self.owner is Owner.GRADER
        if self.owner is not self.verdict.owner and not inherits:
            raise ValueError(f"owner: a check that is {self.verdict} cannot have the owner {self.owner}")


@dataclass(frozen=True)
class TrainingResult:
    """How good the trained model is.

    value: of the metric; None if there is none (no weights, NaN, the grader's fault).
    tier: name of the best tier reached; None if none was.
    """

    metric: str
    value: float | None
    tier: str | None

    def __post_init__(self) -> None:
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError("value: expected a finite number or none")


@dataclass(frozen=True)
class Digests:
    """SHA-256 (hex) of all that decides the report; ``solution`` is empty if no hidden checks ran."""

    submission: str
    assignment: str
    solution: str
    grader: str


@dataclass(frozen=True)
class Confinement:
    """How the worker was confined: a level in a word, the engine's name, the mechanisms in force."""

    level: str
    engine: str
    mechanisms: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Report:
    """The record of one graded submission; gradebook and exporters are views of it.

    points: None while the report is incomplete (something was the grader's fault), never 0 for that.
    Raises ValueError if ``complete``, ``points`` and ``max_points`` are not what ``summarise(results)`` says.
    """

    format: int = FORMAT
    assignment: str
    version: str
    student: str
    complete: bool
    points: Decimal | None
    max_points: Decimal
    results: tuple[CheckResult, ...]
    training: TrainingResult | None
    notes: tuple[str, ...]
    digests: Digests
    seed_fingerprint: str
    device: str
    torch: str
    confinement: Confinement

    def __post_init__(self) -> None:
        if self.format != FORMAT:
            raise ValueError(f"format: is {self.format}; this grader reads and writes {FORMAT}")
        names = [result.check for result in self.results]
        for i, name in enumerate(names):
            if name in names[:i]:
                raise ValueError(f"results[{i}].check: '{shown(name)}' stands twice")
        found = (self.complete, self.points, self.max_points)
        for name, value, want in zip(("complete", "points", "max_points"), found, summarise(self.results), strict=True):
            if value != want:
                raise ValueError(f"{name}: is {value}, but the results give {want}")

    def to_json(self) -> str:
        """The report as JSON: fields in their order, points as texts, a newline at the end."""
        return dump_json(_plain(self))

    @classmethod
    def from_json(cls, text: str) -> Report:
        """The report that ``to_json`` wrote. Raises RecordError with the path of the field that is wrong."""
        value = load_json(text)
        if isinstance(value, dict) and value.get("format", FORMAT) != FORMAT:
            # Said before a newer report's unknown fields are.
            raise RecordError(f"format: is {value['format']!r:.20}; this grader reads {FORMAT}")
        f = Fields(value, "", _names(cls))
        results = tuple(_check_result(item, path) for path, item in f.items("results"))
        return f.build(
            lambda: cls(
                format=f.whole("format"),
                assignment=f.text("assignment"),
                version=f.text("version"),
                student=f.text("student"),
                complete=f.flag("complete"),
                points=f.optional("points", f.points),
                max_points=f.points("max_points"),
                results=results,
                training=f.optional("training", lambda name: _training(f.raw(name), name)),
                notes=f.texts("notes"),
                digests=_digests(f.raw("digests"), "digests"),
                seed_fingerprint=f.text("seed_fingerprint"),
                device=f.text("device"),
                torch=f.text("torch"),
                confinement=_confinement(f.raw("confinement"), "confinement"),
            )
        )


def summarise(results: Iterable[CheckResult]) -> tuple[bool, Decimal | None, Decimal]:
    """(complete, points, max_points) of all results; points is None if anything was the grader's fault."""
    results = tuple(results)
    complete = all(result.owner is not Owner.GRADER for result in results)
    points = sum((result.points for result in results), Decimal(0))
    return complete, points if complete else None, sum((r.max_points for r in results), Decimal(0))


def _valid_points(name: str, points: Decimal) -> None:
    try:
        points_text(points)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _plain(value: object) -> Any:
    """Dataclasses, tuples, enums and points as what JSON knows."""
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return points_text(value)
    return value.value if isinstance(value, StrEnum) else value


def _names(cls: type[Any]) -> list[str]:
    return [field.name for field in fields(cls)]


def _check_result(value: object, path: str) -> CheckResult:
    f = Fields(value, path, _names(CheckResult))
    return f.build(
        lambda: CheckResult(
            check=f.text("check"),
            title=f.text("title"),
            verdict=f.choice("verdict", Verdict),
            owner=f.choice("owner", Owner),
            points=f.points("points"),
            max_points=f.points("max_points"),
            visibility=cast(Visibility, f.text("visibility")),  # __post_init__ looks at the word
            message=f.text("message"),
            hint=f.text("hint"),
            stdout=f.text("stdout"),
        )
    )


def _training(value: object, path: str) -> TrainingResult:
    f = Fields(value, path, _names(TrainingResult))
    return f.build(lambda: TrainingResult(f.text("metric"), f.optional("value", f.number), f.optional("tier", f.text)))


def _digests(value: object, path: str) -> Digests:
    f = Fields(value, path, _names(Digests))
    return Digests(f.text("submission"), f.text("assignment"), f.text("solution"), f.text("grader"))


def _confinement(value: object, path: str) -> Confinement:
    f = Fields(value, path, _names(Confinement))
    return Confinement(f.text("level"), f.text("engine"), f.texts("mechanisms"))
