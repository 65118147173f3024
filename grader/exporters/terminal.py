"""The class at a glance: a table for the terminal, and a few lines that sum it up."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from statistics import mean, median

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from grader.exporters.escape import terminal_line
from grader.exporters.words import MARKS
from grader.report import Report, points_text
from grader.verdict import Owner


def class_table(reports: Iterable[Report]) -> Table:
    """A row per student, sorted by name: points, verdicts counted by mark, tier, and what needs a person."""
    table = Table("student", box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("points", justify="right")
    table.add_column("checks")
    table.add_column("tier")
    table.add_column("needs a person")
    for report in sorted(reports, key=lambda report: report.student):
        open_checks = sum(result.owner is Owner.GRADER for result in report.results)
        points = "open" if report.points is None else points_text(report.points)
        tier = report.training.tier if report.training else None
        # Text, never str: rich would read [red] in a student's name as markup.
        table.add_row(
            Text(terminal_line(report.student), overflow="fold"),
            Text(f"{points} / {points_text(report.max_points)}", style="" if report.complete else "yellow"),
            Text(_marks(report)),
            Text(terminal_line(tier or "–")),
            Text(f"yes: {open_checks} open" if open_checks else "", style="yellow"),
        )
    return table


def _marks(report: Report) -> str:
    counts = Counter(MARKS[result.verdict] for result in report.results)
    return "  ".join(f"{mark} {counts[mark]}" for mark in dict.fromkeys(MARKS.values()) if counts[mark])


def class_summary(reports: Iterable[Report]) -> tuple[str, ...]:
    """How many students, mean and median of the final grades, how many grades are incomplete."""
    reports = list(reports)
    final = [report.points for report in reports if report.points is not None]
    lines = [f"{_count(len(reports), 'student')}, {len(final)} with a final grade"]
    if final:
        most = {points_text(report.max_points) for report in reports}
        of = f" of {most.pop()} points" if len(most) == 1 else " points"
        lines.append(f"mean {_rounded(mean(final))}, median {_rounded(median(final))}{of}")
    incomplete = len(reports) - len(final)
    if incomplete:
        lines.append(
            f"{_count(incomplete, 'grade')} incomplete through no fault of the student; "
            "not in mean and median, blank in exports"
        )
    return tuple(lines)


def plain(*renderables: RenderableType, width: int = 100) -> str:
    """What the renderables look like one below the other, without colours, ``width`` cells wide."""
    console = Console(file=io.StringIO(), width=width, color_system=None, legacy_windows=False)
    with console.capture() as capture:
        console.print(Group(*renderables))
    return "\n".join(line.rstrip() for line in capture.get().split("\n"))


def _rounded(points: Decimal) -> str:
    return points_text(points.quantize(Decimal("0.01"), ROUND_HALF_UP))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
