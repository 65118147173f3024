"""What the runner and a checking process tell each other, as plain values. Both ends are ours; no torch here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from grader.limits import Limits
from grader.report import CheckResult, CheckTiming, points_text
from grader.sandbox.bounds import Bounds
from grader.submission import Submission
from grader.verdict import Owner, Verdict

MODEL = "model"  # stands for the scoring of the trained model where a check's id would stand
JOB_BOUNDS = Bounds(header=64 << 20, payload=1 << 30)


@dataclass(frozen=True)
class Check:
    """One check, without the pytest item that runs it. ``depends`` holds ids; ``hints`` are revealed one by one."""

    id: str
    title: str
    points: Decimal
    hidden: bool
    depends: tuple[str, ...]
    hints: tuple[str, ...]
    limits: Limits


@dataclass(frozen=True)
class Job:
    """One submission to grade, or the part of it that is left.

    wanted: ids to run (None: all). known: results that stand. confirmed: checks that the reference is known to pass.
    with_reference: run the reference in the submission's place. model: score the trained model too.
    """

    submission: Submission
    wanted: tuple[str, ...] | None = None
    known: Mapping[str, CheckResult] = field(default_factory=dict)
    confirmed: tuple[str, ...] = ()
    with_reference: bool = False
    model: bool = True


def job_to(job: Job) -> tuple[dict[str, Any], list[bytes]]:
    """A job as header and buffers."""
    header = {
        "student": job.submission.student,
        "files": [[name, len(content)] for name, content in job.submission.files.items()],
        "notes": list(job.submission.notes),
        "unreadable": job.submission.unreadable,
        "wanted": None if job.wanted is None else list(job.wanted),
        "known": [result_to(result) for result in job.known.values()],
        "confirmed": list(job.confirmed),
        "with_reference": job.with_reference,
        "model": job.model,
    }
    return header, list(job.submission.files.values())


def job_from(header: Mapping[str, Any], payload: bytearray) -> Job:
    """The job of a header and its buffers."""
    files, offset = {}, 0
    for name, size in header["files"]:
        files[name] = bytes(payload[offset : offset + size])
        offset += size
    known = [result_from(value) for value in header["known"]]
    return Job(
        submission=Submission(header["student"], files, tuple(header["notes"]), header["unreadable"]),
        wanted=None if header["wanted"] is None else tuple(header["wanted"]),
        known={result.check: result for result in known},
        confirmed=tuple(header["confirmed"]),
        with_reference=header["with_reference"],
        model=header["model"],
    )


def check_to(check: Check) -> dict[str, Any]:
    """A check as plain values."""
    return vars(check) | {"points": points_text(check.points), "limits": vars(check.limits)}


def check_from(value: Mapping[str, Any]) -> Check:
    """The check of plain values."""
    return Check(
        id=value["id"],
        title=value["title"],
        points=Decimal(value["points"]),
        hidden=value["hidden"],
        depends=tuple(value["depends"]),
        hints=tuple(value["hints"]),
        limits=Limits(**value["limits"]),
    )


def result_to(result: CheckResult) -> dict[str, Any]:
    """A result as plain values."""
    return vars(result) | {"points": points_text(result.points), "max_points": points_text(result.max_points)}


def result_from(value: Mapping[str, Any]) -> CheckResult:
    """The result of plain values."""
    return CheckResult(
        **{
            **value,
            "verdict": Verdict(value["verdict"]),
            "owner": Owner(value["owner"]),
            "points": Decimal(value["points"]),
            "max_points": Decimal(value["max_points"]),
        }
    )


def timing_to(timing: CheckTiming) -> dict[str, float]:
    """A timing as plain values, rounded to a millisecond."""
    return {name: round(value, 3) for name, value in vars(timing).items()}


def timing_from(value: Mapping[str, float]) -> CheckTiming:
    """The timing of plain values."""
    return CheckTiming(**value)
