"""The cache: finished folders only, one maker at a time, and a digest of every file."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from grader.errors import DatasetError

_LIST = "files.json"
_MAKING = ".making-"


def default_cache(environ: Mapping[str, str] = os.environ) -> Path:
    """Where data are kept: $GRADER_CACHE, else $XDG_CACHE_HOME/grader, else ~/.cache/grader."""
    if own := environ.get("GRADER_CACHE"):
        return Path(own)
    if base := environ.get("XDG_CACHE_HOME"):
        return Path(base) / "grader"
    return Path.home() / ".cache" / "grader"


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Makes ``folder`` and holds its lock; another process that wants it waits.

    Raises DatasetError if the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock")
        lock.acquire()
    except OSError as error:
        raise DatasetError(
            f"{folder}: cannot be written ({error.strerror or error}); set GRADER_CACHE to a folder that can"
        ) from error
    try:
        yield
    finally:
        lock.release()


def folder_made_by(make: Callable[[Path], None], target: Path) -> Path:
    """``target``, which ``make`` fills if it does not exist yet or a file in it has changed.

    The folder appears in one step, finished. Call it while ``locked(target.parent)``.
    Raises DatasetError if the disk refuses, and whatever ``make`` raises; then no folder is left.
    """
    if _is_whole(target):
        return target
    for left_over in target.parent.glob(f"{_MAKING}*"):  # of a process that was killed; we hold the lock
        shutil.rmtree(left_over, ignore_errors=True)
    try:
        new = Path(tempfile.mkdtemp(prefix=_MAKING, dir=target.parent))
        try:
            make(new)
            _write_list(new)
            if target.exists():
                shutil.rmtree(target)
            new.rename(target)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    except OSError as error:
        raise DatasetError(
            f"{target}: cannot be written ({error.strerror or error}); make room, or set GRADER_CACHE to another folder"
        ) from error
    return target


def _write_list(folder: Path) -> None:
    digests = {p.relative_to(folder).as_posix(): sha256_of(p) for p in _files(folder)}
    (folder / _LIST).write_text(json.dumps(digests, indent=1) + "\n", encoding="utf-8")


def _is_whole(folder: Path) -> bool:
    try:
        wanted = json.loads((folder / _LIST).read_text(encoding="utf-8"))
        return isinstance(wanted, dict) and wanted == {
            p.relative_to(folder).as_posix(): sha256_of(p) for p in _files(folder)
        }
    except (OSError, ValueError):
        return False


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.name != _LIST)
