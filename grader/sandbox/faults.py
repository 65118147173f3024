"""What a call over the boundary can raise on the trusted side.

StudentRaised (Exception)    the student's code raised; also an instance of the same built-in type
Fault (BaseException)        everything else that is the student's doing; no ``except Exception`` of a check swallows it
├── NotAttempted             the stub is untouched, or the file or the name is missing
├── BadValue                 a value that may not cross (a tensor subclass, a set, …)
├── TimedOut                 CPU or wall time is used up
├── OutOfMemory
└── Crashed                  the worker died or broke the protocol
EngineFailed (Exception)     our side could not run a worker at all

``BoundaryMisuse`` (grader.sandbox.autograd) is the check author's.
"""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from functools import cache

from grader.verdict import Verdict


@dataclass(frozen=True)
class Frame:
    """A place in the student's files."""

    file: str
    line: int
    function: str


class StudentRaised(Exception):
    """An exception from the student's code: its type's name, text and place."""

    verdict = Verdict.RAISED

    def __init__(self, type_name: str, message: str, frames: tuple[Frame, ...]) -> None:
        self.type_name, self.message, self.frames = type_name, message, frames
        Exception.__init__(self, f"{type_name}: {message}" if message else type_name)  # not a mimicked type's own


class Fault(BaseException):
    """The student's doing, but no exception of their code."""

    verdict = Verdict.CRASHED
    suspect = False  # may come from outside (load, the kernel): tried once more, alone, before it is blamed


class NotAttempted(Fault):
    verdict = Verdict.NOT_ATTEMPTED


class BadValue(Fault):
    verdict = Verdict.FAILED


class TimedOut(Fault):
    verdict = Verdict.TIMEOUT

    def __init__(self, message: str, *, suspect: bool) -> None:
        super().__init__(message)
        self.suspect = suspect


class OutOfMemory(Fault):
    verdict = Verdict.OUT_OF_MEMORY

    def __init__(self, message: str, *, suspect: bool) -> None:
        super().__init__(message)
        self.suspect = suspect


class Crashed(Fault):
    def __init__(self, message: str, *, suspect: bool = False) -> None:
        super().__init__(message)
        self.suspect = suspect


class EngineFailed(Exception):
    """No worker could be run: the grader's own fault."""


NEVER_MIMICKED = frozenset(
    {
        "BaseException",
        "Exception",
        "SystemExit",
        "KeyboardInterrupt",
        "GeneratorExit",
        "AssertionError",
        "NotImplementedError",
        "ExceptionGroup",
        "BaseExceptionGroup",
    }
)


@cache
def raised_type(builtin: str) -> type[StudentRaised]:
    """A subclass of StudentRaised that is also the named built-in exception, for ``pytest.raises``."""
    kind = getattr(builtins, builtin, None)
    if builtin in NEVER_MIMICKED or not (isinstance(kind, type) and issubclass(kind, Exception)):
        return StudentRaised

    def __init__(self: StudentRaised, type_name: str, message: str, frames: tuple[Frame, ...]) -> None:
        StudentRaised.__init__(self, type_name, message, frames)

    def __str__(self: StudentRaised) -> str:  # KeyError and OSError bring a __str__ of their own
        return f"{self.type_name}: {self.message}" if self.message else self.type_name

    try:
        return type(builtin, (StudentRaised, kind), {"__init__": __init__, "__str__": __str__})
    except TypeError:
        return StudentRaised
