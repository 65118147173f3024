"""The benchmark's assignment gives every one of its twenty submissions the points that the benchmark expects."""

from __future__ import annotations

import importlib.util
import sys
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

from grader.assignment import Course
from grader.release import stub_drift
from grader.report import summarise
from grader.runner.local import LocalRunner
from grader.submission import Submission
from grader.verdict import Verdict

BENCH = Path(__file__).parents[2] / "bench"


def _submissions():
    spec = importlib.util.spec_from_file_location("bench_submissions", BENCH / "submissions.py")
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


submissions = _submissions()
WORKS = submissions.twenty()


@pytest.fixture(scope="module")
def graded():
    runner = LocalRunner(Course(BENCH / "course").assignment("anchor"), BENCH, b"test")
    try:
        with ThreadPoolExecutor(2) as pool:
            files = [Submission(work.student, {"anchor.py": work.source.encode()}) for work in WORKS]
            yield dict(zip((work.student for work in WORKS), pool.map(runner.grade, files), strict=True))
    finally:
        runner.close()


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.student)
def test_a_submission_fails_exactly_the_checks_that_it_must(graded, work):
    results = graded[work.student].results
    names = [result.check.removeprefix("test_anchor.py::test_") for result in results]
    failed = [name for name, r in zip(names, results, strict=True) if r.verdict is not Verdict.PASSED]
    assert tuple(names) == submissions.CHECKS
    assert tuple(failed) == work.fails
    assert summarise(results) == (True, Decimal(work.points), Decimal(6))


def test_not_attempted_and_not_importable_are_told_apart(graded):
    verdicts = {s: {r.verdict for r in graded[s].results} for s in ("unattempted", "broken")}
    assert verdicts == {
        "unattempted": {Verdict.PASSED, Verdict.NOT_ATTEMPTED},
        "broken": {Verdict.RAISED},
    }


def test_a_class_repeats_the_twenty_under_new_names(tmp_path):
    expected = submissions.write_class(tmp_path, 45)
    assert len(expected) == len(list(tmp_path.iterdir())) == 45
    assert sum(expected.values()) == 2 * sum(work.points for work in WORKS) + 5 * 6
    assert (tmp_path / "0024-right04" / "anchor.py").read_text() == WORKS[4].source


def test_the_stub_is_what_the_reference_releases():
    assert stub_drift(Course(BENCH / "course"), "anchor") == []
