"""What a student handed in, as bytes: nothing here imports or runs it."""

from __future__ import annotations

import codecs
import hashlib
import io
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass

# What Python files are really saved in. Any other codec that a cookie may name (punycode, say) is refused:
# some take quadratic time, and decoding happens on the trusted side.
_ENCODINGS = frozenset(
    {"utf-8", "utf-8-sig", "ascii", "iso8859-1", "iso8859-15", "cp1252"}
    | {"big5", "cp950", "big5hkscs", "gb2312", "gbk", "gb18030"}
    | {"euc_jp", "shift_jis", "cp932", "euc_kr", "cp949"}
)


class SourceError(ValueError):
    """A Python file cannot be decoded; the text says where and what to do."""


@dataclass(frozen=True)
class Submission:
    """The files of one student, safely read.

    student: the name of the folder or archive.
    files: POSIX path relative to the submission → content.
    notes: sentences for the student: what is missing, was left out or could not be read.
    unreadable: why a person on the grader's side must look (two submissions of one name, a disk error).
        Then the report is incomplete: what could not be read costs no points.
    """

    student: str
    files: Mapping[str, bytes]
    notes: tuple[str, ...] = ()
    unreadable: str | None = None

    def source(self, module: str) -> str | None:
        """The text of ``<module>.py``; None if it is missing or cannot be decoded (a note says which)."""
        data = self.files.get(f"{module}.py")
        if data is None:
            return None
        try:
            return decode_source(data)
        except SourceError:
            return None

    def digest(self) -> str:
        """SHA-256 (hex) of names, contents and notes; the same whatever container they came in."""
        digest = hashlib.sha256()
        parts = [part for path in sorted(self.files) for part in (path.encode(), self.files[path])]
        for part in (
            *parts,
            b"notes",
            *(note.encode() for note in self.notes),
            (self.unreadable or "").encode(),
        ):
            # A length before each part, so that "ab" + "c" is not "a" + "bc".
            digest.update(len(part).to_bytes(8, "big") + part)
        return digest.hexdigest()


def decode_source(data: bytes) -> str:
    """Python source as text, by Python's own rules: UTF-8, a byte-order mark or a PEP 263 cookie.

    Line ends become "\\n". Raises SourceError with the first bad byte (counted from 0) or the refused cookie.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        # Python looks at two lines only; the whole file gives the offset, if bad bytes are the reason.
        encoding, cookie = "utf-8", error.msg
    else:
        cookie = ""
        if codecs.lookup(encoding).name not in _ENCODINGS:
            raise SourceError(f"its first lines ask for the encoding '{encoding}'; save it as UTF-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceError(f"byte {error.start} is not {encoding.upper()}; save it as UTF-8") from None
    if cookie:
        raise SourceError(f"Python cannot tell its encoding ({cookie}); save it as UTF-8")
    if "\0" in text:
        raise SourceError(f"byte {data.index(0)} is zero, as in no Python file; save it as UTF-8")
    return text.replace("\r\n", "\n").replace("\r", "\n")
