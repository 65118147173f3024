"""A file name for any student's name, in any script, on any system."""

from __future__ import annotations

import hashlib
import re
import unicodedata

LIMIT = 100  # bytes; with an extension and a temporary file's decoration it stays below every system's 255
HASH = 12  # hex digits: a student who picks names cannot find two that collide
_HASHED = re.compile(rf".*-[0-9a-f]{{{HASH}}}", re.DOTALL)
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])[ ]*(\..*)?", re.DOTALL)
_OURS = ("timings",)  # files of the grader itself lie in the same folder


def file_stem(student: str) -> str:
    """A file name without extension: readable, at most 100 bytes, for one student only.

    A name that is safe as it stands is kept. Any other one gets safe characters and a hash of the name, so
    two different names never give stems that are equal, even where the file system ignores case.
    """
    readable = unicodedata.normalize("NFC", student)
    safe = "".join(c if _is_safe(c) else "_" for c in readable)
    plain = (
        safe == student == _fold(student)  # "Anna" and "anna" could be two students
        and not _HASHED.fullmatch(student)  # could be another student's hashed stem
        and not _is_awkward(student)
        and len(student.encode()) <= LIMIT
    )
    if plain:
        return student
    # A device's name is one whatever follows its first dot.
    head = "_" + safe if _is_awkward(safe) else safe
    digest = hashlib.sha256(student.encode(errors="surrogatepass")).hexdigest()[:HASH]
    head = head.encode()[: LIMIT - HASH - 1].decode(errors="ignore")
    return f"{head}-{digest}"


def _is_safe(character: str) -> bool:
    if character.isascii():
        return character.isalnum() or character in " -_.@+"
    # Letters, marks and numbers of every script; no symbols, controls, format characters or half surrogates.
    return unicodedata.category(character)[0] in "LMN"


def _is_awkward(name: str) -> bool:
    """Hidden, taken for an option, trimmed, or reserved by Windows or by the grader."""
    folded = name.casefold()
    return not name or name[0] in ".- " or name[-1] in ". " or folded in _OURS or _DEVICE.fullmatch(folded) is not None


def _fold(name: str) -> str:
    # Upper case first: 'ı' and 'i' have one upper case, and that is what Windows compares.
    return unicodedata.normalize("NFC", name.upper().casefold())
