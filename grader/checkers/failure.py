"""The exception that every checker raises, and the one place where its text is bounded."""

from __future__ import annotations

MESSAGE_LIMIT = 1500


def shorten(text: str, limit: int) -> str:
    """``text``, cut to at most ``limit`` characters with a mark that says so."""
    if len(text) <= limit:
        return text
    mark = " … (cut)"
    return text[: max(0, limit - len(mark))] + mark


class CheckFailed(AssertionError):
    """The student's result is wrong; the message (at most 1500 characters) is for the student."""

    def __init__(self, message: str) -> None:
        super().__init__(shorten(message, MESSAGE_LIMIT))


def fail(what: str, problem: str, mistake: str | None = None) -> CheckFailed:
    """The failure to raise: ``mistake`` (the likely cause, a sentence) first, then what and problem."""
    head = "" if mistake is None else shorten(mistake, 400) + "\n"
    return CheckFailed(f"{head}{shorten(what, 200)}: {problem}")
