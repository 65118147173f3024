"""What `grader check` prints: the one thing to fix first, then everything, then the next step."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.exporters.escape import terminal_line, terminal_text
from grader.exporters.feedback import shown_to_student
from grader.exporters.words import MARKS, earned_text, total_text, training_text, verdict_text
from grader.report import CheckResult, Report, points_text
from grader.verdict import Owner, Verdict

BAR = 40  # cells of the progress bar
STYLES = {"✓": "green", "✗": "red", "!": "yellow"}


def student_report(report: Report, *, hidden: str = "title") -> Group:
    """The report of one student: first failure, all checks with ✓ ✗ – · marks, points, next step.

    hidden: how much of hidden checks is shown, 'title', 'nothing' or 'full'.
    """
    shown = shown_to_student(report.results, hidden)
    first = first_to_fix(shown)
    parts: list[RenderableType] = []
    if first is not None:
        parts += [*_detail(first), Text()]
    parts += [_checks(shown), Text()]
    parts += [Text(f"note: {terminal_line(note)}", style="yellow") for note in report.notes]
    training = training_text(report)
    if training is not None:
        parts.append(Text(terminal_line(training)))
    parts += [_points(report), Text(_next_step(report, shown, first))]
    return Group(*parts)


def first_to_fix(results: Sequence[CheckResult]) -> CheckResult | None:
    """The check to work on: the first tried in vain, else the first untouched; visible before hidden."""
    own = [r for r in results if r.owner is Owner.STUDENT and r.verdict is not Verdict.SKIPPED]
    return min(own, key=lambda r: (r.visibility == "hidden", r.verdict is Verdict.NOT_ATTEMPTED), default=None)


def _mark(result: CheckResult) -> Text:
    mark = MARKS[result.verdict]
    return Text(mark, style=STYLES.get(mark, "dim"))


def _detail(result: CheckResult) -> list[RenderableType]:
    head = Text.assemble(_mark(result), " ", (terminal_line(result.title), "bold"))
    parts: list[RenderableType] = [head]
    body = [f"{earned_text(result)}: {verdict_text(result)}"]
    if result.message:
        body += ["", terminal_text(result.message).rstrip("\n")]
    if result.hint:
        body += ["", f"Hint: {terminal_text(result.hint)}"]
    if result.stdout:
        body += ["", "Your code printed:", terminal_text(result.stdout).rstrip("\n")]
    return [*parts, Padding(Text("\n".join(body)), (0, 0, 0, 2))]


def _checks(results: Sequence[CheckResult]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(width=1)
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    for result in results:
        title = terminal_line(result.title) + (" (hidden)" if result.visibility == "hidden" else "")
        earned = "open" if result.owner is Owner.GRADER else points_text(result.points)
        table.add_row(_mark(result), Text(title), Text(f"{earned} / {points_text(result.max_points)}"))
    return table


def _points(report: Report) -> Text:
    if report.points is None:
        return Text(total_text(report), style="yellow")
    share = report.points / report.max_points if report.max_points else 0
    filled = int(share * BAR)  # rounded down: the bar is full at full marks only
    return Text.assemble(("━" * filled, "green"), ("─" * (BAR - filled), "dim"), f"  {total_text(report)}")


def _next_step(report: Report, shown: Sequence[CheckResult], first: CheckResult | None) -> str:
    slug = terminal_line(report.assignment)
    if first is None:
        if not report.complete:
            return "Nothing is left for you to do here."
        if any(result.verdict is Verdict.SKIPPED for result in shown):
            return f"Next: the checks that the skipped ones build on: grader check {slug}"
        return f"Every check{' shown here' if len(shown) < len(report.results) else ''} passes."
    title = terminal_line(first.title)
    if first.visibility == "hidden":
        return f"Next: {title} (a hidden check: think of inputs that the visible ones do not try)"
    if not first.check.startswith("test"):
        # Only pytest functions can be chosen with -k; the rest are tiers of the trained model.
        return f"Next: {title}: grader train {slug}"
    return f"Next: {title}: grader check {slug} -k {terminal_line(first.check.split('::')[-1].split('[')[0])}"
