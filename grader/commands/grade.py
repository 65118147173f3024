"""``grader grade``: a class of submissions into reports, feedback and grades.csv."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from grader.assignment import Assignment, find_course
from grader.errors import UsageError
from grader.exporters import class_summary, class_table, feedback_markdown, grades_csv, terminal_line
from grader.intake import Source, discover
from grader.report import Report, file_stem, sole_writer, write_text
from grader.runner.batch import Batch, Places
from grader.runner.course_seed import course_seed
from grader.runner.local import LocalRunner
from grader.sandbox.seeds import fingerprint

EXAMPLE = """
Example:

\b
  grader grade hw1_regression submissions/ --out graded/ --jobs 2
"""


@click.command(epilog=EXAMPLE)
@click.argument("assignment")
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Where to write. Default: out/ASSIGNMENT in the course.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=os.cpu_count() or 1,
    help="Submissions at a time.",
    show_default=True,
)
@click.option("--seed-file", type=click.Path(path_type=Path), help="Secret course seed. Default: .grader/course.seed.")
@click.option("--force", is_flag=True, help="Grade also what is up to date.")
@click.option("--only", metavar="STUDENT", multiple=True, help="Grade only this student (repeatable).")
@click.option(
    "--allow-weak-confinement",
    is_flag=True,
    help="Grade although student code could read other files of this machine.",
)
@click.option("--engine", type=click.Choice(["auto", "fork"]), default="auto", hidden=True)
@click.option("--confine", type=click.Choice(["isolated", "restricted", "process"]), default="isolated", hidden=True)
def command(
    assignment: str,
    submissions: Path,
    out: Path | None,
    jobs: int,
    seed_file: Path | None,
    force: bool,
    only: tuple[str, ...],
    allow_weak_confinement: bool,
    engine: str,
    confine: str,
) -> int:
    """Grade every submission in SUBMISSIONS, and write reports, feedback and grades.csv.

    SUBMISSIONS holds a folder or a zip per student, or nbgrader's submitted/<student>/<assignment>/. What is up
    to date is not graded again, so an interrupted run goes on where it stopped.
    """
    if sys.platform != "linux":
        raise UsageError("grading others' work needs Linux, whose kernel confines it; `grader check` works here")
    course = find_course(Path.cwd())
    chosen = course.assignment(assignment)
    sources = _only(discover(submissions, chosen), only, submissions)
    places = Places(out or course.root / "out" / assignment)
    seed = course_seed(course.root, seed_file)
    console = Console(highlight=False)
    runner = LocalRunner(chosen, course.root / "datasets", seed, engine, confine)
    batch = Batch(chosen, runner, places, fingerprint(seed), jobs, force, allow_weak_confinement)
    with sole_writer(places.out):
        try:
            reports = _run(batch, sources, console)
        finally:
            runner.close()
        _write_views(chosen, places, reports, everyone=not only)
    console.print(class_table(reports))
    for line in class_summary(reports):
        console.print(line, soft_wrap=True)
    console.print(f"Reports, feedback and grades.csv: {terminal_line(str(places.out))}", soft_wrap=True)
    return 0 if all(report.complete for report in reports) else 2


def _only(sources: tuple[Source, ...], only: tuple[str, ...], folder: Path) -> tuple[Source, ...]:
    known = {source.student for source in sources}
    for student in only:
        if student not in known:
            raise UsageError(f"{folder}: holds no submission of '{student}'")
    return tuple(s for s in sources if not only or s.student in only)


def _run(batch: Batch, sources: tuple[Source, ...], console: Console) -> list[Report]:
    def warn(text: str) -> None:
        console.print(terminal_line(text), style="yellow", soft_wrap=True)

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[student]}"),
    )
    reports, fresh = [], 0
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("grading", total=len(sources), student="")
        for report, state in batch.run(sources, warn):
            reports.append(report)
            fresh += state == "graded"
            progress.update(task, advance=1, student=terminal_line(report.student)[:40])
    noun = "submission" if len(reports) == 1 else "submissions"
    console.print(f"{len(reports)} {noun}: {fresh} graded, {len(reports) - fresh} up to date")
    return sorted(reports, key=lambda report: report.student)


def _write_views(assignment: Assignment, places: Places, reports: list[Report], everyone: bool) -> None:
    for report in reports:
        text = feedback_markdown(report, hidden=assignment.hidden_feedback)
        write_text(places.out / "feedback" / f"{file_stem(report.student)}.md", text)
    if everyone:
        write_text(places.out / "grades.csv", grades_csv(reports))
