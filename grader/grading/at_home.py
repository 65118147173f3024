"""The visible checks on a student's own modules: the same checks, the public seed, this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch

from grader.assignment import Assignment
from grader.errors import GraderError, UsageError
from grader.grading.checker import Checker, Ground
from grader.grading.collect import Collected, with_checks
from grader.grading.messages import Check
from grader.report import CheckResult, Confinement, Digests, Report, summarise
from grader.sandbox.engines import Engine, make_engine
from grader.sandbox.faults import EngineFailed
from grader.sandbox.seeding import set_determinism
from grader.sandbox.seeds import PUBLIC_COURSE_SEED, fingerprint
from grader.submission import Submission

Tell = Callable[[int, int, str], None]
"""How far it is: checks done, checks in all, the title of the next one."""


def check_at_home(
    assignment: Assignment, submission: Submission, part: str | None, engine_kind: str, tell: Tell
) -> Report:
    """Run the visible checks (those whose name contains ``part``) and the checks that they depend on.

    Raises UsageError if no check has ``part`` in its name, GraderError if no worker can be run.
    """
    at_home = replace(assignment, solution=None)
    set_determinism()
    engine = make_engine(engine_kind, assignment.preload)
    reports: list[Report] = []

    def body(collected: Collected) -> None:
        chosen = _chosen(collected.checks, part)
        ground = Ground(at_home, at_home.names(), collected, engine, PUBLIC_COURSE_SEED)
        results = _run(ground, chosen, submission, tell)
        reports.append(_report(at_home, submission, results, engine))

    try:
        with_checks(at_home, hidden=False, body=body)
    except EngineFailed as error:
        raise GraderError(f"your code could not be run: {error}; try `grader doctor`") from None
    finally:
        engine.close()
    return reports[0]


def _chosen(checks: tuple[Check, ...], part: str | None) -> list[Check]:
    if part is None:
        return list(checks)
    wanted = {check.id for check in checks if part.casefold() in check.id.casefold()}
    if not wanted:
        names = sorted({check.id.split("::")[1].removeprefix("test_") for check in checks})
        raise UsageError(f"no check has '{part}' in its name; the checks are: {', '.join(names)}")
    for check in reversed(checks):  # a check comes after those that it depends on
        if check.id in wanted:
            wanted.update(check.depends)
    return [check for check in checks if check.id in wanted]


def _run(
    ground: Ground,
    chosen: list[Check],
    submission: Submission,
    tell: Tell,
) -> tuple[CheckResult, ...]:
    results = []
    checker = Checker(ground, submission, alone=True)
    done = 0

    def before(check: Check) -> None:
        tell(done, len(chosen), check.title)

    try:
        for outcome in checker.run({check.id for check in chosen}, before=before):
            done += 1
            results.append(outcome.result)
    finally:
        checker.close()
    return tuple(results)


def _report(assignment: Assignment, submission: Submission, results: tuple[CheckResult, ...], engine: Engine) -> Report:
    complete, points, max_points = summarise(results)
    holding = engine.holding
    return Report(
        assignment=assignment.slug,
        version=assignment.version,
        student=submission.student,
        complete=complete,
        points=points,
        max_points=max_points,
        results=results,
        training=None,
        notes=submission.notes,
        digests=Digests(submission.digest(), assignment.digest(), "", ""),
        seed_fingerprint=fingerprint(PUBLIC_COURSE_SEED),
        device="cpu",
        torch=torch.__version__,
        confinement=Confinement(holding.level, holding.engine, holding.mechanisms),
    )
