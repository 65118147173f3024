"""What grading one submission gives, and what is known before the first is graded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.grading.messages import Check
from grader.report import CheckResult, CheckTiming, Confinement, TrainingResult


@dataclass(frozen=True)
class Ready:
    """What an engine knows once it is warm: the checks (tiers included) and the circumstances for the reports."""

    checks: tuple[Check, ...]
    confinement: Confinement
    notes: tuple[str, ...]
    torch: str
    device: str


@dataclass(frozen=True)
class Graded:
    """One submission's results in the order of the checks. suspect: to be repeated alone before it counts."""

    results: tuple[CheckResult, ...]
    training: TrainingResult | None
    timings: Mapping[str, CheckTiming]
    suspect: bool
