"""What a student reads about a check that did not pass."""

from __future__ import annotations

import re
from collections.abc import Mapping

from grader.sandbox.faults import Frame, StudentRaised

MESSAGE_LIMIT = 3000
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,16}\b")
_TEMPORARY = re.compile(r"(?:/sub|/scratch|/tmp/grader-\w+(?:/scratch)?)/(?=\S)")
_PROCESS = re.compile(r"\b(pid|process)([ =:]+)\d+", re.IGNORECASE)


def normalised(text: str) -> str:
    """Without what differs from run to run: addresses, folders of the sandbox, process numbers."""
    text = _ADDRESS.sub("0x…", text)
    text = _TEMPORARY.sub("", text)
    return _PROCESS.sub(r"\1\2…", text)


def bounded(text: str, limit: int = MESSAGE_LIMIT) -> str:
    """At most ``limit`` characters, with a mark where something is cut."""
    text = text.replace("\0", "�")
    return text if len(text) <= limit else text[: limit - 20].rstrip() + "\n[… cut]"


def raised_text(error: StudentRaised, files: Mapping[str, bytes]) -> str:
    """An exception of the student's: what, and where in their files, innermost place first."""
    lines = [str(error)]
    for frame in reversed(error.frames[-6:]):
        lines.append(f"  {_place(frame)}{_line(frame, files)}")
    return "\n".join(lines)


def _place(frame: Frame) -> str:
    where = f", in {frame.function}" if frame.function not in ("", "<module>") else ""
    return f"{frame.file}, line {frame.line}{where}"


def _line(frame: Frame, files: Mapping[str, bytes]) -> str:
    lines = files.get(frame.file, b"").decode("utf-8", "replace").splitlines()
    text = lines[frame.line - 1].strip()[:160] if 0 < frame.line <= len(lines) else ""
    return f": {text}" if text else ""
