"""A submission in a zip, read in memory; no size that a header promises is believed."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Collection, Iterator

from grader.intake.container import MAX_MEMBERS, Broken, LeftOut, too_large
from grader.intake.names import at_most, catalogue, decode_legacy, show_name

MAX_DIRECTORY = 4 << 20  # bytes of the table of contents
CHUNK = 1 << 16
_UTF8_NAME, _ENCRYPTED = 0x800, 0x1


class _TooLong(Exception):
    """The table of contents is longer than any honest one."""


class _Bounded(io.BytesIO):
    """Refuses a huge read: ``zipfile`` takes a table of contents at once, of a million members too."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > MAX_DIRECTORY:
            raise _TooLong
        return super().read(size)


class ZipContainer:
    """The ordinary files of a zip archive. Raises Broken if it cannot be read or has too many members."""

    unreadable = None

    def __init__(self, data: bytes, wanted: Collection[str]) -> None:
        self._special: list[str] = []
        try:
            self._archive = zipfile.ZipFile(_Bounded(data))
            members = list(self._members())
        except _TooLong:
            raise Broken("the archive has too many members; hand in only what is asked for") from None
        except MemoryError:
            raise
        except Exception:
            # zipfile raises a dozen types on damaged input; the bytes are in memory, so none is our disk's.
            raise Broken("the archive is damaged or is no zip; make it anew and look into it") from None
        files, notes = catalogue(members, wanted)
        if len(files) > MAX_MEMBERS:
            raise Broken(f"the archive has more than {MAX_MEMBERS} files; hand in only what is asked for")
        self._files = files
        self.paths = tuple(sorted(files))
        self.notes = at_most((*self._special, *notes))

    def read(self, path: str, limit: int) -> bytes:
        info = self._files[path]
        if info.flag_bits & _ENCRYPTED:
            raise LeftOut("it is encrypted; hand in an archive without a password")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise LeftOut("it is packed by an unusual method; make an ordinary zip")
        parts, size = [], 0
        try:
            with self._archive.open(info) as file:
                while chunk := file.read(CHUNK):
                    parts.append(chunk)
                    size += len(chunk)
                    if size > limit:
                        raise too_large(limit)
        except (LeftOut, MemoryError):
            raise
        except Exception:
            raise LeftOut("its data in the archive is damaged; make the archive anew") from None
        return b"".join(parts)

    def _members(self) -> Iterator[tuple[str, zipfile.ZipInfo]]:
        for info in self._archive.infolist():
            # Not `filename`: zipfile cuts that at a zero byte.
            name = info.orig_filename
            if not info.flag_bits & _UTF8_NAME:
                name = decode_legacy(name.encode("cp437"))
            name = name.replace("\\", "/")  # some tools of Windows write it; what it then leads to is checked
            kind = stat.S_IFMT(info.external_attr >> 16)
            if name.endswith("/") or kind == stat.S_IFDIR:
                continue
            if kind not in (0, stat.S_IFREG):
                self._special.append(f"{show_name(name)} is left out: it is a link or a device, not a file")
                continue
            yield name, info
