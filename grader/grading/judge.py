"""From an exception to a verdict: whose fault it is, and what is said about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from grader.grading.wording import bounded, normalised, raised_text
from grader.sandbox.faults import EngineFailed, Fault, StudentRaised
from grader.verdict import Verdict


@dataclass(frozen=True)
class Finding:
    """What one run of a check came to.

    suspect: it may be the machine's doing; to be tried once more, alone, before anyone is blamed.
    doubtful: it may be the check's own mistake; to be confirmed by a run with the reference.
    """

    verdict: Verdict
    message: str = ""
    suspect: bool = False
    doubtful: bool = False


def judge(error: BaseException | None, files: Mapping[str, bytes]) -> Finding:
    """The finding for what a check raised; None means that it passed.

    Raises EngineFailed on: no worker could be run.
    """
    if error is None:
        return Finding(Verdict.PASSED)
    if isinstance(error, StudentRaised):
        return Finding(error.verdict, bounded(normalised(raised_text(error, files))), doubtful=True)
    if isinstance(error, Fault):
        return Finding(error.verdict, bounded(normalised(str(error))), suspect=error.suspect, doubtful=True)
    if isinstance(error, EngineFailed):
        raise error  # nothing can be said of this check; whoever runs the engine has to
    if isinstance(error, (AssertionError, pytest.fail.Exception)):
        return Finding(Verdict.FAILED, bounded(normalised(_assertion_text(error))), doubtful=True)
    kind = type(error).__name__
    text = f"The check stopped on what your code returned: {kind}: {error}"
    return Finding(Verdict.FAILED, bounded(normalised(text)), doubtful=True)


def _assertion_text(error: BaseException) -> str:
    text = str(error).strip()
    return text or "an assertion of the check does not hold"
