"""The secret course seed: given by file, or drawn once and kept beside the course."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from grader.errors import UsageError

SEED_FILE = Path(".grader") / "course.seed"


def course_seed(root: Path, seed_file: Path | None = None) -> bytes:
    """The seed in ``seed_file``; without one, that of the course, which is written at the first use (mode 0600).

    Raises UsageError if the file is missing, empty or cannot be read.
    """
    if seed_file is not None:
        return _read(seed_file)
    path = root / SEED_FILE
    if not path.exists():
        _write_once(path, secrets.token_hex(32))
    return _read(path)


def _read(path: Path) -> bytes:
    try:
        seed = path.read_bytes().strip()
    except OSError as error:
        raise UsageError(f"{path}: the course seed cannot be read ({error.strerror}); name a readable file") from None
    if not seed:
        raise UsageError(f"{path}: is empty; write a long random text into it, or delete it to have one drawn")
    return seed


def _write_once(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text + "\n")
    try:
        os.link(fresh, path)  # whole or not at all; if another run was first, its seed counts
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
