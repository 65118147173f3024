"""What can be said of one check, and whose fault it is."""

from __future__ import annotations

from enum import StrEnum


class Owner(StrEnum):
    """Whose doing a verdict is. Only the student's own faults cost points."""

    NONE = "none"
    STUDENT = "student"
    GRADER = "grader"


class Verdict(StrEnum):
    """The outcome of one check."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_ATTEMPTED = "not_attempted"  # the stub is untouched, or the file or the name is missing
    RAISED = "raised"  # the student's code raised
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out_of_memory"
    CRASHED = "crashed"  # the worker died or broke the protocol
    SKIPPED = "skipped"  # a check that it depends on did not pass
    GRADER_ERROR = "grader_error"

    @property
    def owner(self) -> Owner:
        """Whose fault the verdict is; a skipped check inherits blame where it is recorded."""
        if self is Verdict.PASSED:
            return Owner.NONE
        if self is Verdict.GRADER_ERROR:
            return Owner.GRADER
        return Owner.STUDENT
