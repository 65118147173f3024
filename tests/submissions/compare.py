"""Compares the reports of a graded class with what its expected.toml says: ``compare.py ASSIGNMENT OUT``.

Prints a line for each difference. Exit code 0: every submission is as expected, 1: some is not.
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from grader.report import Report, points_text, read_report

HERE = Path(__file__).parent
FIELDS = {"about", "stub", "points", "tier", "note", "verdicts"}
MODEL = "model::"  # what the checks of the trained model begin with


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare a graded class with its expected.toml.")
    parser.add_argument("assignment", help="the class is in the folder of this name beside this file")
    parser.add_argument("out", type=Path, help="what grader grade --out was given")
    options = parser.parse_args()
    expected = read_expected(HERE / options.assignment / "expected.toml")
    reports = {report.student: report for report in map(read_report, sorted((options.out / "reports").glob("*.json")))}
    lines = list(differences(expected, reports))
    for line in lines:
        print(line)
    wrong = {line.partition(": ")[0] for line in lines}
    print(f"{len(expected.keys() - wrong)} submissions as expected" + (f", {len(wrong)} not" if wrong else ""))
    return 1 if lines else 0


def read_expected(path: Path) -> dict[str, dict[str, Any]]:
    """Student → what is expected; the file's head tells the fields."""
    students: dict[str, dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))
    return students


def differences(expected: Mapping[str, Mapping[str, Any]], reports: Mapping[str, Report]) -> Iterator[str]:
    """A line for each difference; every line begins with the student."""
    for student in sorted(expected.keys() | reports.keys()):
        if student not in reports:
            yield f"{student}: has no report"
        elif student not in expected:
            yield f"{student}: is graded, but not in expected.toml"
        else:
            for text in _of_student(expected[student], reports[student]):
                yield f"{student}: {text}"


def _of_student(expected: Mapping[str, Any], report: Report) -> Iterator[str]:
    for field in sorted(expected.keys() - FIELDS):
        yield f"expected.toml has an unknown field {field}"
    points = "none" if report.points is None else points_text(report.points)
    if points != expected.get("points"):
        yield f"has {points} points, not {expected.get('points')}"
    tier = report.training.tier if report.training else None
    if tier != expected.get("tier"):
        yield f"reaches the tier {tier}, not {expected.get('tier')}"
    if "note" in expected and not any(expected["note"] in note for note in report.notes):
        yield f"no note says {expected['note']!r}; there are {list(report.notes)}"
    yield from _verdicts(expected, report)


def _verdicts(expected: Mapping[str, Any], report: Report) -> Iterator[str]:
    named: Mapping[str, str] = expected.get("verdicts", {})
    used, tier_reached = set(), "tier" in expected
    for result in report.results:
        name = result.check.rpartition("::")[2]
        fitting = [pattern for pattern in named if fnmatchcase(name, pattern)]
        used.update(fitting)
        if fitting:
            want = named[max(fitting, key=len)]
        elif result.check.startswith(MODEL) and not tier_reached:
            want = "failed"
        else:
            want = "passed"
        if result.check.startswith(MODEL) and name == expected.get("tier"):
            tier_reached = False  # the tiers come in order; those above are not reached
        if result.verdict != want:
            yield f"{name} is {result.verdict}, not {want}"
    for pattern in sorted(named.keys() - used):
        yield f"expected.toml names {pattern}, but there is no such check"


if __name__ == "__main__":
    raise SystemExit(main())
