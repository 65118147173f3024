"""What an engine that grades submissions offers; ``local`` is one, a cluster would be another."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from grader.grading.graded import Graded, Ready
from grader.submission import Submission


class Runner(Protocol):
    """Grades submissions; ``grade`` may be called from several threads at once."""

    def start(self) -> Ready:
        """Warm up; raises GraderError if the course is broken."""

    def grade(self, submission: Submission, wanted: Collection[str] | None = None) -> Graded:
        """Grade one submission; raises GraderError only if grading is not possible at all.

        wanted: ids of the only checks to run; the trained model is left out then. None: everything.
        """

    def close(self) -> None:
        """End every process."""
