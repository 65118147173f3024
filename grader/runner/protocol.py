"""What an engine that grades submissions offers; ``local`` is one, a cluster would be another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from grader.grading.messages import Check
from grader.report import CheckResult, CheckTiming, Confinement, TrainingResult
from grader.submission import Submission


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


class Runner(Protocol):
    """Grades submissions; ``grade`` may be called from several threads at once."""

    def start(self) -> Ready:
        """Warm up; raises GraderError if the course is broken."""

    def grade(self, submission: Submission) -> Graded:
        """Grade one submission; raises GraderError only if grading is not possible at all."""

    def close(self) -> None:
        """End every process."""
