"""Reports on disk: a file is the old one or the new one, never half of either."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from grader.errors import RecordError, UsageError
from grader.report.record import Report


def write_text(path: Path, text: str) -> None:
    """Put ``text`` (UTF-8, byte for byte) at ``path`` in one step; missing folders are made.

    Raises RecordError if that fails (a full disk, no permission); what stood there before then still stands.
    """
    folder = path.parent
    temporary = folder / f".{path.name}.{secrets.token_hex(4)}.tmp"  # same folder: a rename across disks is a copy
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with open(temporary, "xb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise RecordError(
            f"{path}: cannot be written ({error.strerror or error}); the file is as it was before. "
            "Make room or change the permissions, then run the command again"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()  # gone already if all went well
    _sync_folder(folder)


@contextlib.contextmanager
def sole_writer(folder: Path) -> Iterator[None]:
    """Makes ``folder`` and holds its lock; what a killed writer has left half-written in it is removed.

    Raises UsageError if another process holds the lock, RecordError if there can be no lock.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock")
        lock.acquire(timeout=0)
    except Timeout:
        raise UsageError(f"{folder}: another run writes there; wait for its end, or name another folder") from None
    except OSError as error:
        raise RecordError(f"{folder}: cannot be written ({error.strerror or error}); name another folder") from error
    try:
        for left in folder.rglob(".*.tmp"):
            with contextlib.suppress(OSError):
                left.unlink()
        yield
    finally:
        lock.release()


def _sync_folder(folder: Path) -> None:
    # Without it the rename may be lost with the power. Windows and some network disks cannot; nothing is
    # broken then, so nothing is said.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def read_text(path: Path) -> str:
    """The text at ``path``. Raises RecordError if it cannot be read or is no UTF-8."""
    try:
        return path.read_bytes().decode()
    except OSError as error:
        raise RecordError(f"{path}: cannot be read ({error.strerror or error})") from error
    except UnicodeDecodeError:
        raise RecordError(f"{path}: is not UTF-8; delete it and run the command again") from None


def write_report(path: Path, report: Report) -> None:
    """Write ``report`` to ``path`` in one step. Raises RecordError; the old file is then unharmed."""
    write_text(path, report.to_json())


def read_report(path: Path) -> Report:
    """The report at ``path``. Raises RecordError naming file, field and remedy."""
    text = read_text(path)
    try:
        return Report.from_json(text)
    except RecordError as error:
        raise RecordError(f"{path}: {error}. Delete the file to have the submission graded again") from None
