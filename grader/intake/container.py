"""What a folder, a zip and a tar have in common."""

from __future__ import annotations

from typing import Protocol

MIB = 1 << 20
MAX_FILE = 64 * MIB
MAX_SOURCE = 1 * MIB
MAX_TOTAL = 256 * MIB
MAX_MEMBERS = 1000


class LeftOut(Exception):
    """One file cannot be used, and that is the student's doing; the text is the reason."""


class Broken(Exception):
    """Nothing of the submission can be used, and that is the student's doing; the text is a sentence."""


class Container(Protocol):
    """A listed submission whose files are read one by one, on demand."""

    @property
    def paths(self) -> tuple[str, ...]:
        """Clean relative paths of ordinary files, sorted."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out of ``paths``, a sentence each."""

    @property
    def unreadable(self) -> str | None:
        """What the grader's own machine could not list, if anything."""

    def read(self, path: str, limit: int) -> bytes:
        """The content of one of ``paths``.

        Raises LeftOut if it has more than ``limit`` bytes or is damaged, OSError if our disk is at fault.
        """


def too_large(limit: int) -> LeftOut:
    """The refusal of a file with more than ``limit`` bytes."""
    return LeftOut(f"it is larger than {limit // MIB} MiB")
