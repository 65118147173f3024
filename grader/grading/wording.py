"""What a student reads about a check that did not pass."""

from __future__ import annotations

import re
from collections.abc import Mapping

from grader.sandbox.faults import Frame, StudentRaised

MESSAGE_LIMIT = 3000
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,16}\b")
_TEMPORARY = re.compile(r"(?:(?<![\w.-])(?:/sub|/scratch)|(?:/[^\s/'\"]+)*/grader-\w{8}(?:/scratch)?)/(?=\S)")
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


_LIMITS = (  # part of an exception's text -> what a student should know about it
    ("[Errno 28]", "There is a limit on the files that your code may write, and it is reached."),
    ("[Errno 27]", "There is a limit on the size of one file, and it is reached."),
    ("[Errno 24]", "There is a limit on open files: close them, or open them with `with`."),
    ("can't start new thread", "There is a limit on processes and threads, and it is reached."),
    ("[Errno 11] Resource temporarily", "There is a limit on processes and threads, and it is reached."),
)


def raised_text(error: StudentRaised, files: Mapping[str, bytes]) -> str:
    """An exception of the student's: what, and where in their files, innermost place first."""
    lines = [str(error)]
    for frame in reversed(error.frames[-6:]):
        lines.append(f"  {_place(frame)}{_line(frame, files)}")
    if isinstance(error, (OSError, RuntimeError)):
        lines += [sentence for part, sentence in _LIMITS if part in str(error)][:1]
    return "\n".join(lines)


def _place(frame: Frame) -> str:
    where = f", in {frame.function}" if frame.function not in ("", "<module>") else ""
    return f"{frame.file}, line {frame.line}{where}"


def _line(frame: Frame, files: Mapping[str, bytes]) -> str:
    lines = files.get(frame.file, b"").decode("utf-8", "replace").splitlines()
    text = lines[frame.line - 1].strip()[:160] if 0 < frame.line <= len(lines) else ""
    return f": {text}" if text else ""
