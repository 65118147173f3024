"""``grader prove``: does an assignment hold what it promises?"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click
from rich.console import Console

from grader.assignment import Assignment, Course, find_course
from grader.errors import ContentError
from grader.exporters import terminal_line
from grader.proving.prove import Claim, prove, prove_reference
from grader.release import stub_drift
from grader.runner.local import LocalRunner
from grader.sandbox.seeds import PUBLIC_COURSE_SEED

EXAMPLE = """
Example:

\b
  grader prove hw1_regression
  grader prove hw1_regression --no-train --variants 'adam_*'
  grader prove hw1_regression --tiers --training-seeds 5 --splits 10
"""


@click.command(epilog=EXAMPLE)
@click.argument("assignment")
@click.option("--jobs", type=click.IntRange(1, 64), default=os.cpu_count() or 1, show_default=True)
@click.option("--seeds", type=click.IntRange(0, 100), default=2, show_default=True, help="Other course seeds to try.")
@click.option("--no-train", is_flag=True, help="Leave the trained-model part out of the proof.")
@click.option("--variants", metavar="GLOB", help="Try only variants whose names fit, such as 'softmax_*'.")
@click.option("--tiers", is_flag=True, help="Measure the trained model's tiers instead, and judge their thresholds.")
@click.option("--training-seeds", type=click.IntRange(2, 100), default=5, show_default=True, help="For --tiers.")
@click.option("--splits", type=click.IntRange(2, 100), default=10, show_default=True, help="For --tiers.")
def command(
    assignment: str,
    jobs: int,
    seeds: int,
    no_train: bool,
    variants: str | None,
    tiers: bool,
    training_seeds: int,
    splits: int,
) -> int:
    """Prove an assignment: stubs score nothing, the reference everything, variants are told apart.

    The reference's model is trained for it. Exit code 0 if every claim holds, 1 otherwise.
    """
    course = find_course(Path.cwd())
    chosen = course.assignment(assignment)
    if chosen.solution is None:
        raise ContentError(f"{chosen.folder}: has no solution on this machine, so nothing can be proved")
    console = Console(highlight=False)
    if tiers:
        return _prove_tiers(course, chosen, training_seeds, splits, jobs, console)
    weights = None if no_train or chosen.model is None else _train(course, chosen, console)
    broken = total = 0
    with console.status("warming up …") as status:
        for claim in _claims(course, chosen, weights, jobs, seeds, variants):
            total += 1
            broken += bool(claim.problems)
            status.update(f"{total} claims tried")
            mark = "[red]✗[/red]" if claim.problems else "[green]✓[/green]"
            console.print(mark, terminal_line(claim.title), soft_wrap=True)
            for problem in claim.problems:
                console.print("   ", terminal_line(problem), soft_wrap=True, markup=False)
    left_out = ", the trained model left out" if weights is None and chosen.model else ""
    console.print(f"{total - broken} of {total} claims hold{left_out}")
    return 1 if broken else 0


def _claims(
    course: Course, assignment: Assignment, weights: bytes | None, jobs: int, seeds: int, variants: str | None
) -> Iterator[Claim]:
    drift = stub_drift(course, assignment.slug)
    with closing(LocalRunner(assignment, course.root / "datasets", PUBLIC_COURSE_SEED)) as runner:
        checks = runner.start().checks
        yield from prove(assignment, checks, runner.grade, drift=drift, weights=weights, jobs=jobs, only=variants)
    for i in range(seeds):
        with closing(LocalRunner(assignment, course.root / "datasets", secrets.token_bytes(32))) as runner:
            yield prove_reference(assignment, runner.grade, weights, f"under another seed ({i + 1} of {seeds})")


def _train(course: Course, assignment: Assignment, console: Console) -> bytes:
    from grader.training import train_reference

    assert assignment.model is not None
    with tempfile.TemporaryDirectory(prefix="grader-proof-") as out:
        train_reference(course, assignment, Path(out), console)
        return (Path(out) / assignment.model.weights).read_bytes()


def _prove_tiers(course: Course, assignment: Assignment, seeds: int, splits: int, jobs: int, console: Console) -> int:
    from grader.proving.tiers import prove_tiers  # torch takes a second

    assert assignment.model is not None
    with tempfile.TemporaryDirectory(prefix="grader-proof-") as cache, console.status("training …") as status:
        proof = prove_tiers(
            assignment,
            course.dataset(assignment.model.dataset),
            Path(cache),
            seeds=seeds,
            splits=splits,
            jobs=jobs,
            progress=lambda text: status.console.print(text, markup=False),
        )
    faults = proof.faults()
    console.print(f"\n{proof.table()}\n", markup=False, soft_wrap=True)
    console.print("\n".join(faults) or "Every threshold keeps its distance.", markup=False, soft_wrap=True)
    return 1 if faults else 0
