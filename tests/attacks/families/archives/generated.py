"""Archives and folders that lead out, link, repeat, lie about sizes, or are something else than they seem."""

from __future__ import annotations

import gzip
import io
import os
import socket
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from attack_suite.attack import Attack, Outcome
from attack_suite.bases import FULL_MARKS, bases

RIGHT, WRONG = bases()["right"], bases()["wrong"]
MIB = 1 << 20
Member = tuple[str, bytes]


def _zip(members: Sequence[tuple[str | zipfile.ZipInfo, bytes]], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", kind) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return file.getvalue()


def _special(name: str, mode: int, target: bytes = b"") -> tuple[zipfile.ZipInfo, bytes]:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (mode | 0o777) << 16
    return info, target


def _tar(
    members: Sequence[tuple[str, bytes] | tarfile.TarInfo], mode: str = "w", form: int = tarfile.PAX_FORMAT
) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode, format=form) as archive:  # type: ignore[call-overload]
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
            else:
                info = tarfile.TarInfo(member[0])
                info.size = len(member[1])
                archive.addfile(info, io.BytesIO(member[1]))
    return file.getvalue()


def _link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    if kind in (tarfile.CHRTYPE, tarfile.BLKTYPE):
        info.devmajor, info.devminor = 1, 1
    return info


def _without(name: str) -> list[Member]:
    return [member for member in RIGHT.items() if member[0] != name]


def _right(*more: Any) -> list[Any]:
    return [*RIGHT.items(), *more]


def _encrypted() -> bytes:
    """A zip whose members claim to be encrypted."""
    data = bytearray(_zip(list(RIGHT.items())))
    at = 0
    for magic, flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(magic)
        while at >= 0:
            data[at + flag] |= 1
            at = data.find(magic, at + 4)
    return bytes(data)


def _small_that_says_it_is_large() -> bytes:
    data = bytearray(_zip(list(RIGHT.items())))
    at = data.find(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 0xFFFFFFF0)
    return bytes(data)


def _large_that_says_it_is_small() -> bytes:
    """The module unpacks to 200 MiB, and says that it has ten bytes."""
    data = bytearray(_zip([("victim.py", b"#" * (200 * MIB)), *_without("victim.py")]))
    for magic, size in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.find(magic)
        data[at + size : at + size + 4] = struct.pack("<I", 10)
    return bytes(data)


def _overlapping() -> bytes:
    """Thousands of members in the table of contents, all of them the same data: a bomb without nesting."""
    data = _zip([("0.py", b"x" * (1 * MIB))])
    table = data.find(b"PK\x01\x02")
    entry, tail = data[table : data.find(b"PK\x05\x06")], data[data.find(b"PK\x05\x06") :]
    count = 5000
    entries = b"".join(entry.replace(b"0.py", f"{n:04d}"[-4:].encode()) for n in range(count))
    tail = tail[:8] + struct.pack("<HHI", count, count, len(entries)) + tail[16:]
    return data[:table] + entries + tail


def _other_name_inside() -> bytes:
    """The member calls itself victim.py in the table of contents, and something else beside the data."""
    data = _zip(list(RIGHT.items()))
    at = data.find(b"victim.py")
    return data[:at] + b"v1ctim.py" + data[at + 9 :]


def _nested(levels: int) -> bytes:
    data = _zip([("victim.py", b"#" * MIB)])
    for n in range(levels):
        data = _zip([(f"{n}.zip", data), (f"{n}b.zip", data)])
    return data


def _fifo(folder: Path) -> None:
    os.mkfifo(folder / "victim.py")


def _socket(folder: Path) -> None:
    here = os.open(folder, os.O_RDONLY)  # the name of a socket has at most 108 characters
    try:
        with socket.socket(socket.AF_UNIX) as sock:
            sock.bind(f"/proc/self/fd/{here}/victim.py")
    finally:
        os.close(here)


def _links(target: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        (folder / "victim.py").symlink_to(target.replace("@FOLDER@", str(folder.parent.parent.parent)))

    return make


def _circle(folder: Path) -> None:
    (folder / "again").symlink_to(folder, target_is_directory=True)
    (folder / "victim.py").symlink_to("victim.py")


def _deep(folder: Path) -> None:
    here = os.open(folder, os.O_RDONLY)
    for _ in range(400):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)


def _hole(folder: Path) -> None:
    with (folder / "victim.py").open("wb") as file:
        file.truncate(1 << 42)


def _bytes_that_are_no_text(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe.py")).write_bytes(b"x = 1\n")


def _many(folder: Path) -> None:
    for n in range(1500):
        (folder / f"m{n}.py").write_bytes(b"x = 1\n")


def _folder_named_like_the_module(folder: Path) -> None:
    (folder / "victim.py").mkdir()
    (folder / "victim.py" / "__init__.py").write_bytes(RIGHT["victim.py"])


ALL = Outcome(FULL_MARKS)
LEFT = " is left out: "
LOST = Outcome(
    "2", {"square_value": "not_attempted"}, notes=("victim.py is missing: its checks count as not attempted",)
)
NOTHING = {"square_value": "not_attempted", "simple": "not_attempted"}


def _all_but(*notes: str) -> Outcome:
    return Outcome(FULL_MARKS, notes=notes)


def _lost(*notes: str) -> Outcome:
    return Outcome("2", {"square_value": "not_attempted"}, notes=notes)


def _refused(*notes: str) -> Outcome:
    return Outcome("0", NOTHING, notes=notes)


def _archives() -> list[tuple[str, str, str, bytes, Outcome]]:
    """Name, what it tries, ending, bytes, what must come of it."""
    out = "leads out of the submission with '..'"
    fold = [("VICTIM.py", WRONG["victim.py"]), ("Victim.PY", WRONG["victim.py"])]
    twice = [*RIGHT.items(), ("victim.py", WRONG["victim.py"])]
    seen = "characters that cannot be seen"
    evil = b"print('reached another place')\n"
    return [
        ("zip_traversal", "Members with .. and with roots in their names.", ".zip", _zip(_right(("../../../evil.py", evil), ("a/../../evil.py", evil), ("/etc/evil.py", evil), ("C:/evil.py", evil), ("..\\evil.py", evil))), _all_but(out, "its name is an absolute path")),
        ("zip_link", "The module is a link to the solution.", ".zip", _zip([*_without("victim.py"), _special("victim.py", stat.S_IFLNK, b"../../course/solutions/everything/victim.py")]), _lost("it is a link or a device, not a file")),
        ("zip_link_and_through_it", "A link to a folder, and a file below it.", ".zip", _zip(_right(_special("out", stat.S_IFLNK, b"/tmp"), ("out/attack-left.py", evil))), _all_but("it is a link or a device, not a file")),
        ("zip_devices", "Devices, pipes and sockets.", ".zip", _zip(_right(*(_special(f"d{n}.py", kind) for n, kind in enumerate((stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK))))), _all_but("it is a link or a device, not a file")),
        ("zip_bomb", "The module unpacks to 200 MiB.", ".zip", _zip([("victim.py", b"#" * (200 * MIB)), *_without("victim.py")]), _lost("it is larger than 1 MiB")),
        ("zip_bomb_that_lies", "The module unpacks to 200 MiB, and says that it has ten bytes.", ".zip", _large_that_says_it_is_small(), _lost("'victim.py' is left out")),
        ("zip_that_says_it_is_large", "A small member that says it has 4 GiB.", ".zip", _small_that_says_it_is_large(), Outcome(FULL_MARKS)),
        ("zip_overlapping", "Five thousand members that are the same megabyte.", ".zip", _overlapping(), _refused("the archive")),
        ("zip_nested", "Archives in archives in archives.", ".zip", _nested(6), _refused("victim.py is missing")),
        ("zip_many_members", "A hundred thousand members.", ".zip", _zip([(f"{n}.py", b"") for n in range(100_000)], zipfile.ZIP_STORED), _refused("too many members")),
        ("zip_case", "Names that only some disks tell apart.", ".zip", _zip(_right(*fold)), _all_but("some disks cannot tell")),
        ("zip_twice", "The module twice, right and wrong: readers of archives disagree on which one counts.", ".zip", _zip_twice(twice), _lost("victim.py")),
        ("zip_bidi", "Names that show something else than they are.", ".zip", _zip(_right(("vic\u202eyp.mit", evil), ("victim\u200b.py", evil), ("mo\u00addel.py", evil))), _all_but(seen)),
        ("zip_other_name_inside", "Another name beside the data than in the table of contents.", ".zip", _other_name_inside(), _lost("its data in the archive is damaged")),
        ("zip_encrypted", "All members say that they are encrypted.", ".zip", _encrypted(), _refused("it is encrypted")),
        ("zip_unusual", "Packed by a method that takes much time.", ".zip", _zip(list(RIGHT.items()), zipfile.ZIP_LZMA), _refused("packed by an unusual method")),
        ("zip_damaged", "The first half of an archive.", ".zip", _zip(list(RIGHT.items()))[:500], _refused("the archive is damaged or is no zip")),
        ("zip_that_is_a_program", "A program in the place of an archive.", ".zip", b"\x7fELF" + b"\0" * 1000, _refused("the archive is damaged or is no zip")),
        ("zip_that_is_a_rar", "An archive of another kind.", ".zip", b"Rar!\x1a\x07\0" + b"\0" * 1000, _refused("is of the RAR kind")),
        ("zip_long_names", "Names too long and too deep for any disk.", ".zip", _zip(_right(("a" * 5000 + ".py", evil), ("d/" * 500 + "x.py", evil))), _all_but("too long or too deep")),
        ("zip_odd_names", "Names with zero bytes, line ends and the names of devices.", ".zip", _zip(_right(("new\nline.py", evil), ("bell\x07.py", evil))), _all_but(seen)),
        ("zip_in_the_wrong_alphabet", "Names that are no text in any alphabet.", ".zip", _zip(_right(("aaaa.py", b"x = 1\n"))).replace(b"aaaa.py", b"\xff\xfe\x81\x8d.py"[:7]), Outcome(FULL_MARKS)),
        ("tar_traversal", "Members with .. and with roots in their names.", ".tar.gz", _tar(_right(("../../evil.py", evil), ("/etc/evil.py", evil)), "w:gz"), _all_but(out, "its name is an absolute path")),
        ("tar_link", "The module is a link to the solution.", ".tar", _tar([*_without("victim.py"), _link("victim.py", "/etc/passwd")]), _lost("it is a link or a device, not a file")),
        ("tar_hard_link", "The module is a hard link to a file outside.", ".tar", _tar([*_without("victim.py"), _link("victim.py", "../../x.py", tarfile.LNKTYPE)]), _lost("it is a link or a device, not a file")),
        ("tar_devices", "Devices and pipes.", ".tar", _tar(_right(_link("a.py", "", tarfile.CHRTYPE), _link("b.py", "", tarfile.BLKTYPE), _link("c.py", "", tarfile.FIFOTYPE))), _all_but("it is a link or a device, not a file")),
        ("tar_bomb", "Unpacks to 400 MiB.", ".tar.gz", gzip.compress(b"\0" * (400 * MIB), 9), _refused("unpacks to more than 256 MiB")),
        ("tar_that_never_ends", "A header that promises eight exbibytes.", ".tar", _promising(), _refused("the archive is damaged or is no tar")),
        ("tar_sparse", "A file with holes of terabytes.", ".tar", _sparse(), _all_but("it is a link or a device, not a file")),
        ("tar_renames", "A header that gives the next member another name.", ".tar", _renaming(), _lost("its name leads out of the submission")),
        ("tar_slow_header", "A header that takes quadratic time to read.", ".tar", _slow(), _refused("the archive is damaged or is no tar")),
        ("tar_negative", "A header with a size below zero.", ".tar", _negative(), _refused("the archive is damaged or is no tar")),
        ("tar_of_two_kinds", "Is a tar for one reader and a zip for another.", ".zip", _tar(list(WRONG.items())) + _zip(list(RIGHT.items())), Outcome("0")),
        ("gzip_of_nothing", "Bytes that are packed well, and are nothing.", ".tgz", gzip.compress(b"passed" * 1000), _refused("the archive is damaged or is no tar")),
        ("gzip_damaged", "A stream that breaks off.", ".tgz", _tar(list(RIGHT.items()), "w:gz")[:-200], _refused("the archive is damaged or is no tar")),
    ]  # fmt: skip


def _zip_twice(members: Sequence[Member]) -> bytes:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _zip(members)


def _patched_tar(change: Callable[[bytearray], None]) -> bytes:
    data = bytearray(_tar(list(RIGHT.items()), form=tarfile.USTAR_FORMAT))
    change(data)
    data[148:156] = b" " * 8
    data[148:156] = f"{sum(data[:512]):06o}\0 ".encode()
    return bytes(data)


def _promising() -> bytes:
    def change(data: bytearray) -> None:
        data[124:136] = b"\x80" + (1 << 62).to_bytes(11, "big")

    return _patched_tar(change)


def _negative() -> bytes:
    def change(data: bytearray) -> None:
        data[124:136] = b"\xff" * 12

    return _patched_tar(change)


def _sparse() -> bytes:
    info = tarfile.TarInfo("hole.py")
    info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": str(1 << 42)}
    return _tar(_right(info))


def _renaming() -> bytes:
    info = tarfile.TarInfo("victim.py")
    info.pax_headers = {"path": "../../victim.py"}
    return _tar([*_without("victim.py"), info])


def _slow() -> bytes:
    info = tarfile.TarInfo("victim.py")
    info.pax_headers = {"comment": "x" * 3_000_000}
    return _tar([info])


def _folders() -> list[tuple[str, str, dict[str, bytes], Callable[[Path], None], Outcome]]:
    """Name, what it tries, ordinary files, what makes the others, what must come of it."""
    less = {name: data for name, data in RIGHT.items() if name != "victim.py"}
    return [
        ("folder_link", "The module is a link to the solution.", less, _links("@FOLDER@/course/solutions/everything/victim.py"), _lost("links are not followed")),
        ("folder_link_to_neighbour", "The module is a link to another student's.", less, _links("../m honest/victim.py"), _lost("links are not followed")),
        ("folder_link_to_a_device", "The module is a link to a device that never ends.", less, _links("/dev/zero"), _lost("links are not followed")),
        ("folder_circle", "Links that go round in a circle.", less, _circle, _lost("links are not followed")),
        ("folder_fifo", "The module is a pipe, from which nothing will ever come.", less, _fifo, _lost("it is not an ordinary file")),
        ("folder_socket", "The module is a socket.", less, _socket, _lost("it is not an ordinary file")),
        ("folder_deep", "Four hundred folders, one in the other.", dict(RIGHT), _deep, ALL),
        ("folder_hole", "The module has a hole of four terabytes.", less, _hole, _lost("it is larger than 1 MiB")),
        ("folder_many", "Fifteen hundred modules.", dict(RIGHT), _many, _all_but("other files are ignored")),
        ("folder_no_text", "A file name that is no text.", dict(RIGHT), _bytes_that_are_no_text, ALL),
        ("folder_named_like_the_module", "The module is a folder.", less, _folder_named_like_the_module, LOST),
    ]  # fmt: skip


def attacks(family: str) -> list[Attack]:
    """Archives with what readers of archives have fallen for, and folders with what is no file."""
    found = [
        Attack(family, name, tries, {}, outcome, archive=(ending, data))
        for name, tries, ending, data, outcome in _archives()
    ]
    found += [
        Attack(family, name, tries, files, outcome, special=special)
        for name, tries, files, special, outcome in _folders()
    ]
    sources = {
        "null_bytes": b"def square(x):\n    return x * x\n\0\0",
        "wrong_encoding": b"# coding: utf-7\ndef square(x): return x\n",
        "unknown_encoding": b"# -*- coding: rot13 -*-\nqrs fdhner(k): erghea k*k\n",
        "no_text": b"\xff\xfe\x00square",
        "deep_source": b"x = " + b"(" * 5000 + b")" * 5000,
        "deep_operators": b"x = " + b"-" * 100_000 + b"1",
        "huge_number": b"x = 1" + b"0" * 500_000 + b"\n",
        "endless_line": b"x = '" + b"a" * 900_000 + b"'\nraise ValueError(x)\n",
    }
    for name, source in sources.items():
        tries = f"A source that is hard on whoever reads it: {name.replace('_', ' ')}."
        outcome = Outcome("2")
        found.append(Attack(family, name, tries, {**RIGHT, "victim.py": source}, outcome))
    return found
