"""A submission in a tar, plain or gzip, read in memory.

The headers are parsed here: ``tarfile`` ends in silence at a damaged header, and before Python 3.11.10 takes
quadratic time on a crafted pax header.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Collection, Iterator

from grader.intake.container import MAX_MEMBERS, MAX_TOTAL, MIB, Broken, too_large
from grader.intake.names import at_most, catalogue, decode_legacy, show_name

GZIP_MAGIC = b"\x1f\x8b"
BLOCK = 512
CHUNK = 1 << 20
MAX_HEADERS = 5 * MAX_MEMBERS  # folders, links and extended headers included
MAX_EXTENDED = 1 << 16  # bytes of one extended header


class _Damaged(Exception):
    """The bytes are not a tar archive, or not all of one."""


class TarContainer:
    """The ordinary files of a tar archive. Raises Broken if it cannot be read or is too large."""

    unreadable = None

    def __init__(self, data: bytes, wanted: Collection[str]) -> None:
        self._special: list[str] = []
        try:
            self._data = _gunzip(data) if data.startswith(GZIP_MAGIC) else data
            members = list(self._members())
        except _Damaged:
            raise Broken("the archive is damaged or is no tar; make it anew and look into it") from None
        files, notes = catalogue(members, wanted)
        if len(files) > MAX_MEMBERS:
            raise Broken(f"the archive has more than {MAX_MEMBERS} files; hand in only what is asked for")
        self._files = files
        self.paths = tuple(sorted(files))
        self.notes = at_most((*self._special, *notes))

    def read(self, path: str, limit: int) -> bytes:
        start, end = self._files[path]
        if end - start > limit:
            raise too_large(limit)
        return self._data[start:end]

    def _members(self) -> Iterator[tuple[str, tuple[int, int]]]:
        """Name, and where the content begins and ends, of every ordinary file."""
        extended: dict[bytes, bytes] = {}  # what a header before a member says about it
        for kind, header, start, end in self._headers():
            content = self._data[start:end] if kind in b"xgLK" else b""
            if kind == b"x":
                extended.update(_pax_records(content))
            elif kind == b"L":
                extended[b"path"] = content.rstrip(b"\0")
            elif kind not in b"gK":
                name = decode_legacy(extended.get(b"path", _name(header)))
                sparse = any(key.startswith(b"GNU.sparse") for key in extended)
                if kind in b"0\0007" and not sparse:
                    if not name.endswith("/"):
                        yield name.replace("\\", "/"), (start, end)
                elif kind != b"5":
                    self._special.append(f"{show_name(name)} is left out: it is a link or a device, not a file")
                extended = {}

    def _headers(self) -> Iterator[tuple[bytes, bytes, int, int]]:
        """Kind, header block, and the bounds of the content, of each entry."""
        position, size = 0, None
        for n in range(MAX_HEADERS + 1):
            header = self._data[position : position + BLOCK]
            if not header.strip(b"\0"):
                return
            if n == MAX_HEADERS:
                raise Broken("the archive has too many members; hand in only what is asked for")
            if len(header) < BLOCK or _number(header[148:156]) != sum(header) - sum(header[148:156]) + 8 * 32:
                raise _Damaged
            kind, start = header[156:157], position + BLOCK
            end = start + (_number(header[124:136]) if size is None else size)
            if end > len(self._data) or (kind in b"xgLK" and end - start > MAX_EXTENDED):
                raise _Damaged
            yield kind, header, start, end
            # A pax record may give the size of the entry that follows it.
            size = _pax_size(self._data[start:end]) if kind == b"x" else None
            position = start + -(-(end - start) // BLOCK) * BLOCK


def _gunzip(data: bytes) -> bytes:
    """Unpacks piece by piece, because a small file can claim to be, and be, a huge one."""
    pieces, size = [], 0
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            while piece := stream.read(CHUNK):
                size += len(piece)
                if size > MAX_TOTAL:
                    raise Broken(f"the archive unpacks to more than {MAX_TOTAL // MIB} MiB")
                pieces.append(piece)
    except (OSError, EOFError, zlib.error):
        raise _Damaged from None
    return b"".join(pieces)


def _name(header: bytes) -> bytes:
    name, _, _ = header[:100].partition(b"\0")
    prefix, _, _ = header[345:500].partition(b"\0") if header[257:263] == b"ustar\0" else (b"", b"", b"")
    return prefix + b"/" + name if prefix else name


def _number(field: bytes) -> int:
    """An octal number, or a binary one if its first bit is set. Raises _Damaged for anything else."""
    if field[0] & 0x80:
        return int.from_bytes(field, "big") - (0x80 << 8 * (len(field) - 1))
    try:
        value = int(field.strip(b" \0") or b"0", 8)
    except ValueError:
        raise _Damaged from None
    if value < 0:
        raise _Damaged
    return value


def _pax_records(content: bytes) -> dict[bytes, bytes]:
    """The records "length key=value\\n" of an extended header."""
    records, position = {}, 0
    while position < len(content):
        digits, _, _ = content[position : position + 8].partition(b" ")
        length = int(digits) if digits.isdigit() else 0
        record = content[position + len(digits) + 1 : position + length]
        key, equals, value = record.partition(b"=")
        if not equals or not value.endswith(b"\n"):
            raise _Damaged
        records[key] = value[:-1]
        position += length
    return records


def _pax_size(content: bytes) -> int | None:
    value = _pax_records(content).get(b"size")
    if value is None:
        return None
    if not value.isdigit() or len(value) > 18:
        raise _Damaged
    return int(value)
