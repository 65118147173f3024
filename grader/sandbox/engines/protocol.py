"""What an engine is: a way to run worker processes."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from grader.limits import MIB, Limits
from grader.sandbox.bounds import Bounds

STARTUP_SECONDS = 120.0
EXIT_SECONDS = 1.0  # one who has closed the conversation and goes on is not waited for
LEVELS = ("isolated", "restricted", "process")


@dataclass(frozen=True)
class Launch:
    """What a worker is started with: the submission by content, and how to import it.

    forbidden: dotted names that the source is searched for before it is imported.
    """

    files: Mapping[str, bytes]
    modules: tuple[str, ...]
    names: Mapping[str, str]
    seed: int
    limits: Limits
    forbidden: tuple[str, ...] = ()

    def bounds(self) -> Bounds:
        return Bounds(payload=self.limits.message * MIB)


@dataclass(frozen=True)
class Holding:
    """How workers are confined: the level, what holds, and why it is not more."""

    level: str
    engine: str
    mechanisms: tuple[str, ...]
    notes: tuple[str, ...] = ()


class Process(Protocol):
    """A running worker process, seen from outside."""

    @property
    def pid(self) -> int | None: ...
    @property
    def sock(self) -> socket.socket: ...
    @property
    def out(self) -> int | None: ...
    @property
    def folder(self) -> str | None:
        """Where its files lie; None if it has a file system of its own."""

    def kill(self) -> None:
        """End it and all that it has started; safe to call twice."""

    def exit_status(self) -> int | None:
        """How it ended, negative for a signal; None if it goes on, or that is not known."""


class Engine(Protocol):
    """A way to run worker processes."""

    @property
    def holding(self) -> Holding:
        """How workers are confined; waits until that is known."""

    forks: bool  # a worker can serve each check from a fork of itself

    def start(self, launch: Launch) -> Process:
        """Start a worker process; raises EngineFailed if none can be had."""

    def alive(self) -> bool:
        """Can workers still be started? If not, the end of one says nothing about the student."""

    def close(self) -> None:
        """Let go of everything that was started."""
