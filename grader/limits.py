"""How much a piece of student code may use."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from grader.errors import ContentError

MIB = 1 << 20
AT_START = ("memory", "processes", "disk", "files", "file_size", "open_files", "message")


@dataclass(frozen=True)
class Limits:
    """Limits on one check (or on the import of the modules, or on the scoring of a model).

    cpu: CPU seconds of the worker; it decides about a time-out.
    wall: seconds on the clock; reaching it without the CPU seconds is tried once more, alone.
    memory: MiB that the worker, and all processes that it starts, may use on top of what it starts with.
    processes: processes and threads at one time.
    disk: MiB in files that it writes; at level isolated, in its scratch folder and in /dev/shm each.
    files: files and folders that it writes.
    file_size: MiB in one file.
    open_files: files and sockets that one process has open.
    output: KiB of stdout and stderr that are kept; more is read and dropped.
    message: MiB in one reply.
    items: items that an iterator of the student may yield in one check.
    """

    cpu: float = 10.0
    wall: float = 60.0
    memory: int = 2048
    processes: int = 64
    disk: int = 256
    files: int = 4096
    file_size: int = 256
    open_files: int = 256
    output: int = 64
    message: int = 256
    items: int = 100_000

    def widened(self, others: Iterable[Limits]) -> Limits:
        """What a worker is started with: of what only its start can set, what its most demanding check needs."""
        widest = [self, *others]
        return replace(self, **{name: max(getattr(limits, name) for limits in widest) for name in AT_START})

    def override(self, values: Mapping[str, Any], where: str) -> Limits:
        """A copy with ``values`` put in; ``where`` names the file or mark for the error.

        Raises ContentError on an unknown name, a value of the wrong kind or one that is not positive.
        """
        kinds = {f.name: type(f.default) for f in fields(self)}
        for name, value in values.items():
            if name not in kinds:
                raise ContentError(f"{where}: unknown limit '{name}'; known are {', '.join(kinds)}")
            numeric = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
            if not numeric or value <= 0 or (kinds[name] is int and not isinstance(value, int)):
                raise ContentError(f"{where}: limit '{name}' must be a positive {kinds[name].__name__}, not {value!r}")
        return replace(self, **values)
