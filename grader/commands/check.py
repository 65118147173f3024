"""``grader check``: the visible checks on a student's own modules, at home."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from grader.assignment import Assignment, find_course, load_assignment
from grader.errors import UsageError
from grader.exporters import student_report, terminal_line
from grader.intake import read_folder
from grader.verdict import Verdict

EXAMPLE = """
Examples:

\b
  grader check hw1_regression
  grader check hw1_regression -k mse_loss
  grader check -k mse_loss --debug
"""


@click.command(epilog=EXAMPLE)
@click.argument("assignment", required=False)
@click.option("-k", "part", metavar="PART", help="Only checks whose name contains PART.")
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path),
    help="Your modules. Default: here, or the assignment's folder.",
)
@click.option(
    "--debug",
    is_flag=True,
    help="Run your code in this process, with breakpoint() and print; nothing is scored.",
)
@click.option("--engine", type=click.Choice(["auto", "fork", "spawn"]), default="auto", hidden=True)
def command(assignment: str | None, part: str | None, folder: Path | None, debug: bool, engine: str) -> int:
    """Check your modules with the checks that you have; the first failure comes first.

    Without ASSIGNMENT, the one whose folder you are in. Exit code 0: all passed, 1: something is left to do.
    """
    chosen = _assignment(assignment)
    place = folder or _modules_folder(chosen)
    if not place.is_dir():
        raise UsageError(f"{place}: is no folder; name the folder with your modules: --dir DIR")
    console = Console(highlight=False)
    if debug:
        from grader.grading.debug import debug_checks

        return debug_checks(chosen, place, part)
    from grader.grading.at_home import check_at_home

    submission = read_folder(place, chosen)
    with console.status("warming up …") as status:
        report = check_at_home(
            chosen,
            submission,
            part,
            engine,
            lambda done, total, title: status.update(f"{done}/{total} {terminal_line(title)}"),
        )
    console.print(student_report(report), soft_wrap=False)
    if not report.complete:
        return 2
    return 0 if all(result.verdict is Verdict.PASSED for result in report.results) else 1


def _assignment(slug: str | None) -> Assignment:
    here = Path.cwd()
    if slug is not None:
        return find_course(here).assignment(slug)
    for folder in (here, *here.parents):
        if (folder / "assignment.toml").is_file():
            if folder.parent.name == "assignments":
                return find_course(folder).assignment(folder.name)
            return load_assignment(folder)
    slugs = find_course(here).slugs()
    if len(slugs) == 1:
        return find_course(here).assignment(slugs[0])
    raise UsageError(f"which assignment? grader check NAME, with NAME one of: {', '.join(slugs) or 'none here'}")


def _modules_folder(assignment: Assignment) -> Path:
    here = Path.cwd()
    return here if any((here / f"{module}.py").is_file() for module in assignment.modules) else assignment.folder
