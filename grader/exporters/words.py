"""How a verdict is said to a person: a mark and a few words."""

from __future__ import annotations

from grader.report import CheckResult, Report, points_text
from grader.verdict import Owner, Verdict

MARKS = {
    Verdict.PASSED: "✓",
    Verdict.FAILED: "✗",
    Verdict.NOT_ATTEMPTED: "·",
    Verdict.RAISED: "✗",
    Verdict.TIMEOUT: "✗",
    Verdict.OUT_OF_MEMORY: "✗",
    Verdict.CRASHED: "✗",
    Verdict.SKIPPED: "–",
    Verdict.GRADER_ERROR: "!",
}

_WORDS = {
    Verdict.PASSED: "passed",
    Verdict.FAILED: "failed",
    Verdict.NOT_ATTEMPTED: "not attempted",
    Verdict.RAISED: "your code raised an error",
    Verdict.TIMEOUT: "your code took too long",
    Verdict.OUT_OF_MEMORY: "your code used too much memory",
    Verdict.CRASHED: "your code crashed",
    Verdict.SKIPPED: "skipped, as a check that it builds on did not pass",
    Verdict.GRADER_ERROR: "the grader failed; this is not your fault",
}


def verdict_text(result: CheckResult) -> str:
    """The verdict in words, for the student."""
    if result.verdict is Verdict.SKIPPED and result.owner is Owner.GRADER:
        return "skipped, as the grader failed; this is not your fault"
    return _WORDS[result.verdict]


def earned_text(result: CheckResult) -> str:
    """``1.5 of 2 points``, or that it is open."""
    most = points_text(result.max_points)
    unit = "point" if most == "1" else "points"
    if result.owner is Owner.GRADER:
        return f"still open, up to {most} {unit}"
    return f"{points_text(result.points)} of {most} {unit}"


def total_text(report: Report) -> str:
    """``57.5 of 100 points``, or that the grade is not final, and why."""
    if report.points is not None:
        return f"{points_text(report.points)} of {points_text(report.max_points)} points"
    count = sum(result.owner is Owner.GRADER for result in report.results)
    return (
        f"This grade is not final. The grader itself failed in {count} check{'s' if count > 1 else ''}: "
        "that is not your fault and costs you no points. The course staff will run it again."
    )


def training_text(report: Report) -> str | None:
    """The trained model in a sentence, not yet escaped, or None without such a part."""
    training = report.training
    if training is None:
        return None
    if training.value is None:
        return f"The trained model has no {training.metric} yet."
    reached = f"tier {training.tier} reached" if training.tier else "no tier reached yet"
    return f"The trained model's {training.metric} is {training.value:.4g}: {reached}."
