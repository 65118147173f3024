"""grades.csv: a row per student, a column per check."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from decimal import Decimal

from grader.exporters.escape import csv_text
from grader.report import CheckResult, Report, points_text
from grader.verdict import Owner

COLUMNS = ("student", "points", "max_points", "complete", "tier", "metric")
# Excel reads a file without this mark in the system's old code page, and turns 王 into çŽ‹.
BOM = "\ufeff"


def grades_csv(reports: Iterable[Report]) -> str:
    """The class as CSV, sorted by student: encode it as UTF-8 as it is, its byte order mark included.

    An incomplete grade is blank, and so are the checks that the grader could not judge and those that a
    student's report does not have. Texts are quoted and cannot become formulas; numbers stay numbers.
    Raises ValueError if the reports are of several assignments.
    """
    import pandas as pd  # half a second that only this view should cost

    reports = sorted(reports, key=lambda report: report.student)
    if len({report.assignment for report in reports}) > 1:
        raise ValueError("one table holds the grades of one assignment")
    checks = list(dict.fromkeys(result.check for report in reports for result in report.results))
    header = [*COLUMNS, *(csv_text(check) for check in checks)]
    frame = pd.DataFrame([_row(report, checks) for report in reports], columns=header, dtype=object)
    text = frame.to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    return BOM + text


def _row(report: Report, checks: list[str]) -> list[object]:
    results = {result.check: result for result in report.results}
    training = report.training
    return [
        csv_text(report.student),
        None if report.points is None else _number(report.points),
        _number(report.max_points),
        "yes" if report.complete else "no",
        csv_text(training.tier) if training and training.tier else None,
        training.value if training else None,
        *(_earned(results.get(check)) for check in checks),
    ]


def _earned(result: CheckResult | None) -> Decimal | None:
    return None if result is None or result.owner is Owner.GRADER else _number(result.points)


def _number(points: Decimal) -> Decimal:
    # The same digits as in the report: 7.50 and 7.5 are one number.
    return Decimal(points_text(points))
