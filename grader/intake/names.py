"""Names that students chose: made safe to store, to compare and to show."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

T = TypeVar("T")

MAX_PART = 200  # bytes; most disks end at 255
MAX_DEPTH = 16
MAX_NOTES = 20

_JUNK = {"__MACOSX", "__pycache__", "node_modules", "site-packages", "venv", "Thumbs.db", "desktop.ini"}
_JOINERS = {"\u200c", "\u200d"}  # zero width (non-)joiner: part of Persian and Indic names
_DRIVE = re.compile(r"[A-Za-z]:")


class UnsafeName(ValueError):
    """A member's name may not be used; the text is the reason."""


def clean_path(name: str) -> str:
    """``name`` as a relative POSIX path in NFC, without ``.`` parts.

    Raises UnsafeName for a name that leads elsewhere, cannot be stored, or does not show what it is.
    """
    if any(_hides(character) for character in name):
        raise UnsafeName("its name holds characters that cannot be seen")
    if name.startswith("/") or _DRIVE.match(name):
        raise UnsafeName("its name is an absolute path")
    parts = [part for part in unicodedata.normalize("NFC", name).split("/") if part not in ("", ".")]
    if ".." in parts:
        raise UnsafeName("its name leads out of the submission with '..'")
    if not parts or len(parts) > MAX_DEPTH or any(len(part.encode()) > MAX_PART for part in parts):
        raise UnsafeName("its name is empty, too long or too deep")
    if any("\\" in part for part in parts):
        raise UnsafeName("its name holds a backslash")
    return "/".join(parts)


def is_junk(path: str) -> bool:
    """Is ``path`` hidden, a cache or an installed package? Nobody needs a word about it."""
    return any(part.startswith(".") or part in _JUNK for part in path.split("/"))


def same_name_key(name: str) -> str:
    """Equal for names that a disk could take for one: the case and the Unicode form are ignored."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def show_name(name: str) -> str:
    """``name`` in quotes, for a note; the middle of a long one is left out."""
    text = printable(name)
    return f"'{text}'" if len(text) <= 80 else f"'{text[:50]}…{text[-25:]}'"


def printable(name: str) -> str:
    """``name`` in NFC with every control, direction or surrogate character escaped; always valid UTF-8."""
    text = unicodedata.normalize("NFC", name)
    return "".join(c.encode("unicode_escape").decode() if _hides(c) else c for c in text)


def decode_legacy(raw: bytes) -> str:
    """A member's name without a declared encoding.

    Windows stores the local code page, so that a zip from Taiwan says Big5. That a wrong guess misspells a
    folder does no harm, but a byte-wise reading would find a backslash inside of Big5's '功'.
    """
    for encoding in ("utf-8", "big5", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("cp437")


def catalogue(members: Iterable[tuple[str, T]], wanted: Collection[str]) -> tuple[Mapping[str, T], tuple[str, ...]]:
    """Clean path → member, without junk, and notes on what is left out.

    Of two members that a disk could take for one, only a file with exactly a ``wanted`` name stays; a name
    that occurs twice is left out altogether, because readers of archives disagree on which one counts.
    """
    notes: list[str] = []
    groups: dict[str, list[tuple[str, T]]] = {}
    for name, member in members:
        try:
            path = clean_path(name)
        except UnsafeName as reason:
            notes.append(f"{show_name(name)} is left out: {reason}")
            continue
        if not is_junk(path):
            groups.setdefault(same_name_key(path), []).append((path, member))
    found: dict[str, T] = {}
    for key in sorted(groups):
        group = groups[key]
        exact = [pair for pair in group if pair[0].rpartition("/")[2] in wanted]
        kept = group if len(group) == 1 else exact if len(exact) == 1 else []
        found.update(kept)
        names = sorted({path for path, _ in group} - {path for path, _ in kept})
        if len(names) == 1 and not kept:
            notes.append(f"{show_name(names[0])} is left out: it is there {len(group)} times; hand in one")
        elif names:
            same = ", ".join(show_name(path) for path in sorted({path for path, _ in group}))
            for path in names:
                notes.append(f"{show_name(path)} is left out: some disks cannot tell {same} apart; keep one")
    for path in sorted(found):
        if above := next((other for other in _parents(path) if other in found), None):
            del found[path]
            notes.append(f"{show_name(path)} is left out: {show_name(above)} cannot be a file and a folder")
    return found, tuple(notes)


def at_most(notes: Iterable[str], limit: int = MAX_NOTES) -> tuple[str, ...]:
    """The first ``limit`` notes and how many more there were."""
    every = tuple(notes)
    return every if len(every) <= limit else (*every[:limit], f"and {len(every) - limit} more notes of this kind")


def _parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:n]) for n in range(1, len(parts))]


def _hides(character: str) -> bool:
    category = unicodedata.category(character)
    return category in ("Cc", "Cs", "Zl", "Zp") or (category == "Cf" and character not in _JOINERS)
