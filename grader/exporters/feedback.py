"""What of a report its student may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from grader.report import CheckResult


def shown_to_student(results: Iterable[CheckResult], hidden: str) -> tuple[CheckResult, ...]:
    """The results that a student sees: visible checks in full, hidden ones as the manifest's ``hidden`` says.

    hidden: 'title' (title, verdict and points), 'nothing' (left out) or 'full'. Raises ValueError else.
    """
    if hidden not in ("title", "nothing", "full"):
        raise ValueError(f"hidden feedback must be title, nothing or full, not {hidden!r}")
    shown = []
    for result in results:
        if result.visibility == "visible" or hidden == "full":
            shown.append(result)
        elif hidden == "title":
            shown.append(replace(result, message="", hint="", stdout=""))
    return tuple(shown)
