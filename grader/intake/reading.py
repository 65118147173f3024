"""Reads one submission: bytes and sentences, never code that runs."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from grader.assignment import Assignment
from grader.errors import IntakeError
from grader.intake.container import MAX_FILE, MAX_SOURCE, MAX_TOTAL, MIB, Broken, Container, LeftOut
from grader.intake.discovery import ARCHIVES, Kind, Source
from grader.intake.folder import FolderContainer, read_file
from grader.intake.names import at_most, show_name
from grader.intake.selection import Selection, missing_note, select, wanted_files
from grader.intake.tarred import GZIP_MAGIC, TarContainer
from grader.intake.zipped import ZipContainer
from grader.submission import SourceError, Submission, decode_source

_FOREIGN = {b"Rar!": "RAR", b"7z\xbc\xaf": "7z", b"\xfd7zX": "xz", b"BZh": "bzip2"}


def read_source(source: Source, assignment: Assignment) -> Submission:
    """The submission with all its files. Never raises for what a student did: that becomes a note.

    What our own disk refuses, and a source that a person must sort out, is in ``unreadable``.
    """
    if source.kind in (Kind.LINK, Kind.AMBIGUOUS):
        return Submission(source.student, {}, unreadable=source.detail)
    if source.kind is Kind.UNSUPPORTED:
        return Submission(source.student, {}, (source.detail,))
    try:
        container = _open(source, wanted_files(assignment))
        return _read(source.student, container, assignment)
    except Broken as error:
        return Submission(source.student, {}, (str(error),))
    except OSError as error:
        return Submission(source.student, {}, unreadable=f"it cannot be read: {error.strerror}")


def read_folder(folder: Path, assignment: Assignment, student: str = "") -> Submission:
    """The submission in ``folder``; ``student`` is the folder's name unless given.

    Raises IntakeError if there is no such folder.
    """
    if not folder.is_dir():
        raise IntakeError(f"{folder} is no folder; give the folder that holds the modules")
    return read_source(Source(student or folder.resolve().name, folder, Kind.FOLDER), assignment)


def _open(source: Source, wanted: Collection[str]) -> Container:
    if source.kind is Kind.ARCHIVE:
        return _open_archive(source.path, wanted)
    folder = FolderContainer(source.path, wanted)
    archives = [path for path in folder.paths if path.casefold().endswith(ARCHIVES)]
    if not archives or any(path.endswith(".py") for path in folder.paths):
        return folder
    # A course platform's download: a folder per student with the archive that was handed in.
    if len(archives) > 1:
        listing = ", ".join(show_name(path) for path in archives[:5])
        raise Broken(f"there are several archives, {listing}; hand in one")
    return _open_archive(folder.place(archives[0]), wanted)


def _open_archive(path: Path, wanted: Collection[str]) -> Container:
    """Goes by the first bytes: an archive's file name is not to be trusted."""
    try:
        data = read_file(path, MAX_TOTAL)
    except LeftOut as reason:
        raise Broken(f"the archive cannot be used: {reason}") from None
    for magic, name in _FOREIGN.items():
        if data.startswith(magic):
            raise Broken(f"the archive is of the {name} kind, which is not read; hand in a .zip")
    if data.startswith(GZIP_MAGIC) or data[257:262] == b"ustar":
        return TarContainer(data, wanted)
    return ZipContainer(data, wanted)


def _read(student: str, container: Container, assignment: Assignment) -> Submission:
    wanted = wanted_files(assignment)
    if not container.paths and not container.notes and not container.unreadable:
        return Submission(student, {}, (f"the submission is empty; hand in {', '.join(wanted)}",))
    selection = select(container.paths, assignment)
    files: dict[str, bytes] = {}
    left_out: list[str] = []
    unreadable = [container.unreadable] if container.unreadable else []
    for name, path in selection.chosen.items():
        try:
            files[name] = _read_file(container, name, path, MAX_TOTAL - sum(map(len, files.values())))
        except LeftOut as reason:
            left_out.append(f"{show_name(path)} is left out: {reason}")
        except OSError as error:
            unreadable.append(f"{show_name(path)} cannot be read: {error.strerror}")
    notes = (
        *_missing(selection, container, assignment),
        *at_most(left_out),
        *_encoding_notes(files),
        *container.notes,
        *at_most(selection.notes),
    )
    return Submission(student, files, notes, "; ".join(unreadable[:5]) or None)


def _read_file(container: Container, name: str, path: str, left: int) -> bytes:
    limit = MAX_SOURCE if name.endswith(".py") else MAX_FILE
    data = container.read(path, limit)
    if len(data) > left:
        raise LeftOut(f"all files together are larger than {MAX_TOTAL // MIB} MiB")
    return data


def _missing(selection: Selection, container: Container, assignment: Assignment) -> list[str]:
    if container.unreadable:
        return []  # perhaps it lies where we could not look
    return [missing_note(name, container.paths, assignment) for name in selection.missing]


def _encoding_notes(files: dict[str, bytes]) -> list[str]:
    """Undecodable files are kept as they are: then only what imports them fails, with Python's own error."""
    notes = []
    for name, data in files.items():
        if name.endswith(".py"):
            try:
                decode_source(data)
            except SourceError as error:
                notes.append(f"{name}: {error}")
    return notes
