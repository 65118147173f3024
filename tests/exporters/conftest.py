"""A small class to export, one student of which is no friend."""

from __future__ import annotations

from decimal import Decimal

import pytest

from grader.report import CheckResult, Confinement, Digests, Report, TrainingResult, summarise
from grader.verdict import Owner, Verdict


def result(name: str, title: str, verdict: Verdict, most: str, **fields: object) -> CheckResult:
    points = Decimal(most if verdict is Verdict.PASSED else 0)
    values = {"owner": verdict.owner, "visibility": "visible", **fields}
    return CheckResult(name, title, verdict, points=points, max_points=Decimal(most), **values)  # type: ignore[arg-type]


def report(student: str, *results: CheckResult, **fields: object) -> Report:
    complete, points, max_points = summarise(results)
    values = {"training": None, "notes": (), **fields}
    return Report(
        assignment="hw1_regression",
        version="1.0",
        student=student,
        complete=complete,
        points=points,
        max_points=max_points,
        results=results,
        digests=Digests("a", "b", "c", "d"),
        seed_fingerprint="f00d",
        device="cpu",
        torch="2.13.0",
        confinement=Confinement("strong", "linux", ()),
        **values,  # type: ignore[arg-type]
    )


@pytest.fixture
def good() -> Report:
    return report(
        "王小明",
        result("test_linear", "linear computes xW + b", Verdict.PASSED, "2", stdout="never mind\n"),
        result("test_mse", "mse_loss averages", Verdict.PASSED, "1.5"),
        result("test_mse_hidden", "mse_loss holds for other sizes", Verdict.PASSED, "4", visibility="hidden"),
        result("tier_simple", "the model reaches simple", Verdict.PASSED, "2.5"),
        training=TrainingResult("rmse", 0.65512345, "strong"),
    )


@pytest.fixture
def mixed() -> Report:
    return report(
        "jane doe",
        result("test_linear", "linear computes xW + b", Verdict.NOT_ATTEMPTED, "2"),
        result(
            "test_mse",
            "mse_loss averages",
            Verdict.FAILED,
            "1.5",
            message="You sum instead of averaging.\nmse_loss: 6 of 6 elements differ; tolerance atol 1e-06\n"
            "  worst at [0, 2]: got 3.5, want 3.0, difference 0.5",
            hint="Which axis do you average over?",
            stdout="x is 3\n```\n<b>bold</b>\x1b[31mred\n",
        ),
        result(
            "test_mse_hidden",
            "mse_loss holds for other sizes",
            Verdict.SKIPPED,
            "4",
            visibility="hidden",
            message="the secret message",
            hint="the secret hint",
            stdout="the secret print",
        ),
        result("tier_simple", "the model reaches simple", Verdict.FAILED, "2.5"),
        training=TrainingResult("rmse", None, None),
        notes=("my_notes.py is no file of this assignment and was ignored.",),
    )


@pytest.fixture
def stuck() -> Report:
    return report(
        '=HYPERLINK("http://evil")',
        result("test_linear", "linear computes xW + b", Verdict.PASSED, "2"),
        result("test_mse", "mse_loss averages", Verdict.GRADER_ERROR, "1.5"),
        result(
            "test_mse_hidden",
            "mse_loss holds for other sizes",
            Verdict.SKIPPED,
            "4",
            visibility="hidden",
            owner=Owner.GRADER,
        ),
        result("tier_simple", "the model reaches simple", Verdict.TIMEOUT, "2.5"),
        notes=("<script>alert(1)</script> \x1b[2J [red]x[/red] | *a*",),
    )
