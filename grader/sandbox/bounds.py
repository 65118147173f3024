"""How large one message may be, and the error for one that is wrong. Imports nothing, so that every process can."""

from __future__ import annotations

from dataclasses import dataclass

Buffer = bytes | bytearray | memoryview


class CodecError(Exception):
    """A value may not cross, or a message is malformed. The text is for the one who sent it."""


@dataclass(frozen=True)
class Bounds:
    """Bounds on one message: nesting, number of nodes, bytes of the header and of all buffers."""

    depth: int = 32
    count: int = 200_000
    header: int = 8 << 20
    payload: int = 256 << 20
