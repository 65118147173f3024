"""Who handed in what: one source per student, found in the class folder without opening any file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from grader.assignment import Assignment
from grader.errors import IntakeError
from grader.intake.names import is_junk, printable, same_name_key, show_name

ARCHIVES = (".zip", ".tar.gz", ".tgz", ".tar")
# A student's work that cannot be read must appear in the gradebook, so it is not passed over.
_UNSUPPORTED = (".rar", ".7z", ".gz", ".bz2", ".xz", ".zst", ".py", ".ipynb")


class Kind(StrEnum):
    """How a submission came in."""

    FOLDER = "folder"
    ARCHIVE = "archive"
    UNSUPPORTED = "unsupported"  # a file that is no archive we read: the student's doing
    LINK = "link"  # never followed: a person must look
    AMBIGUOUS = "ambiguous"  # several submissions of one name: a person must choose


@dataclass(frozen=True)
class Source:
    """One student's submission, not yet read.

    path: the folder or file; detail: for kinds that cannot be read, the sentence that says why.
    """

    student: str
    path: Path
    kind: Kind
    detail: str = ""


def discover(folder: Path, assignment: Assignment) -> tuple[Source, ...]:
    """The submissions below ``folder``, sorted by student.

    A folder or an archive per student, or nbgrader's ``<student>/<assignment>/``, in any mixture. Of one
    student's several sources none is chosen: they become one of kind AMBIGUOUS.

    Raises IntakeError if there is nothing to grade in ``folder``.
    """
    entries = _entries(folder)
    _refuse_wrong_folder(folder, entries, assignment)
    found: dict[str, list[Source]] = {}
    for entry in entries:
        if source := _source(entry, assignment):
            found.setdefault(same_name_key(source.student), []).append(source)
    if not found:
        remedy = "put one folder or archive per student into it"
        others = f" (only {', '.join(show_name(e.name) for e in entries[:5])})" if entries else ""
        raise IntakeError(f"{folder} contains no submission{others}; {remedy}")
    return tuple(sorted(_settle(folder, found), key=lambda source: source.student))


def strays(folder: Path) -> tuple[str, ...]:
    """Names in the class folder that are nobody's submission, sorted; hidden files are not counted."""
    return tuple(printable(e.name) for e in _entries(folder) if _is_stray(e))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted((e for e in entries if not is_junk(e.name)), key=lambda entry: entry.name)
    except FileNotFoundError:
        raise IntakeError(f"{folder} does not exist; give the folder of the submissions") from None
    except NotADirectoryError:
        raise IntakeError(f"{folder} is a file; give a folder that holds one folder or archive per student") from None
    except OSError as error:
        raise IntakeError(f"{folder} cannot be read: {error.strerror}") from None


def _refuse_wrong_folder(folder: Path, entries: list[os.DirEntry[str]], assignment: Assignment) -> None:
    names = {entry.name for entry in entries}
    for module in assignment.modules:
        if f"{module}.py" in names:
            raise IntakeError(f"{folder} holds {module}.py itself, so it is one submission; give the folder above it")
    if "submitted" in names and names & {"source", "release", "gradebook.db", "nbgrader_config.py"}:
        raise IntakeError(f"{folder} is a course of nbgrader; give its folder {folder / 'submitted'}")


def _source(entry: os.DirEntry[str], assignment: Assignment) -> Source | None:
    path, stem = Path(entry.path), _stem(entry.name)
    if _is_stray(entry):
        return None
    if entry.is_symlink():
        detail = f"{show_name(entry.name)} is a link, which is never followed; put the submission itself there"
        return Source(printable(stem), path, Kind.LINK, detail)
    if entry.is_dir():
        return _folder_source(printable(entry.name), path, assignment.slug)
    if entry.name.casefold().endswith(ARCHIVES):
        return Source(printable(stem), path, Kind.ARCHIVE)
    detail = f"{show_name(entry.name)} is not read; hand in a folder or a .zip"
    return Source(printable(stem), path, Kind.UNSUPPORTED, detail)


def _folder_source(student: str, path: Path, slug: str) -> Source:
    nested = path / slug
    if nested.is_symlink():
        detail = f"{show_name(slug)} is a link, which is never followed; put the submission itself there"
        return Source(student, nested, Kind.LINK, detail)
    return Source(student, nested if nested.is_dir() else path, Kind.FOLDER)


def _is_stray(entry: os.DirEntry[str]) -> bool:
    """Nobody's work: neither a folder nor a file that looks like it, but a roster, notes, a device."""
    if entry.is_dir() or (entry.is_symlink() and not entry.is_file()):
        return False  # a broken link may stand for a folder
    return not entry.is_file() or not entry.name.casefold().endswith(ARCHIVES + _UNSUPPORTED)


def _stem(name: str) -> str:
    for suffix in ARCHIVES + _UNSUPPORTED:
        if name.casefold().endswith(suffix) and len(name) > len(suffix):
            return name[: -len(suffix)]
    return name


def _settle(folder: Path, found: dict[str, list[Source]]) -> Iterator[Source]:
    """One source per student name; where names collide, a person must look at each."""
    for sources in found.values():
        if len(sources) == 1:
            yield sources[0]
            continue
        listing = ", ".join(show_name(name) for name in sorted(s.path.relative_to(folder).parts[0] for s in sources))
        detail = f"{listing} are of one name; keep one or rename them, and grade again"
        for student in sorted({source.student for source in sources}):
            first = next(source for source in sources if source.student == student)
            yield Source(student, first.path, Kind.AMBIGUOUS, detail)
