"""Pure comparisons for checks: each returns quietly or raises CheckFailed with words for the student."""

from __future__ import annotations

from grader.checkers.close import assert_close
from grader.checkers.describe import describe
from grader.checkers.equal import check_equal, check_type
from grader.checkers.failure import CheckFailed
from grader.checkers.numbers import check_number
from grader.checkers.tensors import check_tensor
from grader.checkers.unchanged import assert_unchanged

__all__ = [
    "CheckFailed",
    "assert_close",
    "assert_unchanged",
    "check_equal",
    "check_number",
    "check_tensor",
    "check_type",
    "describe",
]
