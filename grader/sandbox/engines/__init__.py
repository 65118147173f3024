"""Starting workers, from the trusted side: one protocol, one file per way of doing it."""

from __future__ import annotations

import sys

from grader.sandbox.engines.fork import ForkEngine
from grader.sandbox.engines.groups import Groups, prepare_groups
from grader.sandbox.engines.protocol import LEVELS, Engine, Holding, Launch, Process
from grader.sandbox.engines.spawn import SpawnEngine
from grader.sandbox.engines.worker import Line, Worker, crash, ended

__all__ = [
    "LEVELS",
    "Engine",
    "ForkEngine",
    "Groups",
    "Holding",
    "Launch",
    "Line",
    "Process",
    "SpawnEngine",
    "Worker",
    "crash",
    "ended",
    "make_engine",
    "prepare_groups",
]


def make_engine(
    kind: str, preload: tuple[str, ...] = (), wish: str = "isolated", groups: Groups | None = None
) -> Engine:
    """``auto`` is a zygote on Linux and plain subprocesses elsewhere; ``fork`` and ``spawn`` force one."""
    if wish not in LEVELS:
        raise ValueError(f"a level is one of {', '.join(LEVELS)}, not {wish!r}")
    if kind == "spawn" or (kind == "auto" and sys.platform != "linux"):
        return SpawnEngine()
    return ForkEngine(preload, wish, groups)
