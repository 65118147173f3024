"""``grader release``: write the stubs that students get."""

from __future__ import annotations

from pathlib import Path

import click

from grader.assignment import find_course
from grader.release import release_assignment, stub_drift

EXAMPLE = """
Examples:

\b
  grader release hw1_regression
  grader release hw1_regression --check
"""


@click.command(epilog=EXAMPLE)
@click.argument("assignment")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a stub is not up to date.")
def command(assignment: str, check: bool) -> int:
    """Write the stubs of ASSIGNMENT: its reference without the solutions.

    Whatever stands between '### BEGIN SOLUTION' and '### END SOLUTION' becomes 'raise NotImplementedError'.
    """
    course = find_course(Path.cwd())
    if check:
        drift = stub_drift(course, assignment)
        for sentence in drift or [f"assignments/{assignment}: every stub is up to date"]:
            click.echo(sentence)
        return 1 if drift else 0
    for change in release_assignment(course, assignment):
        name = change.path.relative_to(course.root).as_posix()
        click.echo(f"{name}: {'written' if change.written else 'unchanged'}")
    return 0
