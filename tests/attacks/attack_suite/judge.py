"""Compares a report with what must come of an attack."""

from __future__ import annotations

from collections.abc import Iterator

from grader.report import Report, points_text

from attack_suite.attack import Outcome

REACHED = "reached "  # how a probe of an attack begins the line that tells of its success


def problems(outcome: Outcome, report: Report) -> list[str]:
    """What is otherwise than stated, a sentence each."""
    return list(_problems(outcome, report))


def _problems(outcome: Outcome, report: Report) -> Iterator[str]:
    earned = "open" if report.points is None else points_text(report.points)
    if report.complete is not outcome.complete:
        broken = [f"{r.check}: {r.message[:300]}" for r in report.results if r.verdict == "grader_error"]
        yield f"the report is {'' if report.complete else 'in'}complete {broken}"
    if outcome.complete and earned != outcome.points:
        passed = [r.check.rpartition("::")[2] for r in report.results if r.verdict == "passed"]
        yield f"earns {earned} points, not {outcome.points}: passes {', '.join(passed) or 'nothing'}"
    found = {r.check.rpartition("::")[2].removeprefix("test_"): r for r in report.results}
    for check, verdict in outcome.verdicts.items():
        if check not in found:
            yield f"there is no check {check}"
        elif found[check].verdict != verdict:
            yield f"{check} is {found[check].verdict}, not {verdict}: {found[check].message[:300]!r}"
    silent = [r.check for r in report.results if r.verdict != "passed" and not r.message.strip()]
    if silent:
        yield f"no word about {', '.join(silent)}"
    messages = [r.message for r in report.results if r.verdict != "passed"]
    printed = "\n".join(r.stdout for r in report.results)
    for part in outcome.says:
        if not any(part in message for message in messages):
            yield f"no message says {part!r}"
    for part in outcome.notes:
        if not any(part in note for note in report.notes):
            yield f"no note says {part!r}; there are {report.notes}"
    for part in outcome.prints:
        if part not in printed:
            yield f"nothing printed says {part!r}"
    for part in outcome.unsaid:
        if any(part in text for text in (*messages, *report.notes, printed)):
            yield f"{part!r} is in the report"
    lines = [line.strip() for line in printed.splitlines()]
    reached = {line.removeprefix(REACHED) for line in lines if line.startswith(REACHED)}
    if reached != outcome.reached:
        yield f"reached {sorted(reached)}, not {sorted(outcome.reached)}"
