"""Reports to test with."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from grader.report import CheckResult, Confinement, Digests, Report, TrainingResult, summarise
from grader.verdict import Verdict


@pytest.fixture
def check() -> Callable[..., CheckResult]:
    def make(name: str = "test_mse", verdict: Verdict = Verdict.PASSED, **fields: object) -> CheckResult:
        values = {
            "check": name,
            "title": "mse_loss averages",
            "verdict": verdict,
            "owner": verdict.owner,
            "points": Decimal(2 if verdict is Verdict.PASSED else 0),
            "max_points": Decimal(2),
            "visibility": "visible",
        }
        return CheckResult(**{**values, **fields})  # type: ignore[arg-type]

    return make


@pytest.fixture
def make(check: Callable[..., CheckResult]) -> Callable[..., Report]:
    def build(*results: CheckResult, **fields: object) -> Report:
        results = results or (check(), check("test_linear", Verdict.FAILED, message="shape (3,), got ()"))
        complete, points, max_points = summarise(results)
        values = {
            "assignment": "hw1_regression",
            "version": "1.0",
            "student": "王小明",
            "complete": complete,
            "points": points,
            "max_points": max_points,
            "results": results,
            "training": TrainingResult("rmse", 0.75, "strong"),
            "notes": ("extra.py was ignored",),
            "digests": Digests("a" * 64, "a" * 64, "", "a" * 64),
            "seed_fingerprint": "f00d",
            "device": "cpu",
            "torch": "2.13.0",
            "confinement": Confinement("strong", "linux", ("seccomp", "landlock")),
        }
        return Report(**{**values, **fields})  # type: ignore[arg-type]

    return build
