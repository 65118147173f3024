"""A submission in a zip: honest ones, odd ones and attacks."""

from __future__ import annotations

import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.assignment import Assignment
from grader.intake import Kind, Source, read_source
from grader.submission import Submission

Read = Callable[[bytes], Submission]
Zipped = Callable[..., bytes]
DAMAGED = "the archive is damaged or is no zip; make it anew and look into it"
SHARED_FIXTURES = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)


def special(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, mode << 16
    return info


def patched(archive: bytes, old: bytes, new: bytes) -> bytes:
    """Both headers of a member changed alike, so that only what the change means can be refused."""
    assert archive.count(old) >= 2
    assert len(old) == len(new)
    return archive.replace(old, new)


def raw_zip(members: list[tuple[bytes, bytes, int, int]]) -> bytes:
    """An archive from (name, deflated data, promised size, flags); whatever zipfile would refuse to write."""
    body, table = b"", b""
    for name, data, size, flags in members:
        fields = struct.pack("<HHHHHIIIHH", 20, flags, 8, 0, 0, 0, len(data), size, len(name), 0)
        table += b"PK\x01\x02" + b"\x14\0" + fields + struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + name
        body += b"PK\x03\x04" + fields + name + data
    end = struct.pack("<HHHHIIH", 0, 0, len(members) & 0xFFFF, len(members) & 0xFFFF, len(table), len(body), 0)
    return body + table + b"PK\x05\x06" + end


def deflate(data: bytes) -> bytes:
    return zlib.compress(data, 9, -15)


def test_zip_is_read(read: Read, zipped: Zipped, files: dict[str, bytes]) -> None:
    assert read(zipped(files)) == Submission("ada", files)


def test_zip_and_folder_have_one_digest(
    read: Callable[..., Submission], zipped: Zipped, folder: Callable[..., Path], files: dict[str, bytes]
) -> None:
    assert read(zipped({f"w/{name}": data for name, data in files.items()})).digest() == read(folder(files)).digest()


def test_macs_extra_files_are_no_news(read: Read, zipped: Zipped, files: dict[str, bytes]) -> None:
    archive = {f"hw 1/{name}": data for name, data in files.items()}
    archive |= {f"__MACOSX/hw 1/._{name}": b"" for name in files} | {"hw 1/.DS_Store": b"", "hw 1/": b""}
    assert read(zipped(archive)) == Submission("ada", files)


def test_folders_of_windows_are_understood(read: Read, zipped: Zipped, files: dict[str, bytes]) -> None:
    archive = zipped({f"hw/{name}": data for name, data in files.items()})
    assert read(patched(archive, b"hw/", b"hw\\")) == Submission("ada", files)


@pytest.mark.parametrize("encoding", ["big5", "gbk", "utf-8", "shift_jis", "latin-1"])
def test_folder_named_in_a_local_code_page(read: Read, encoding: str) -> None:
    folder = "café" if encoding == "latin-1" else "功課"
    if encoding in ("shift_jis", "gbk"):
        folder = "課題"
    name = f"{folder}/model.py".encode(encoding)
    crc = struct.pack("<I", zlib.crc32(b"m = 1\n"))
    archive = raw_zip([(name, deflate(b"m = 1\n"), 6, 0)])
    archive = archive.replace(b"\x08\0\0\0\0\0\0\0\0\0", b"\x08\0\0\0\0\0" + crc)
    assert read(archive).files == {"model.py": b"m = 1\n"}


def test_empty_zip(read: Read, zipped: Zipped) -> None:
    note = "the submission is empty; hand in regression.py, model.py, model.safetensors"
    assert read(zipped({})) == Submission("ada", {}, (note,))


@pytest.mark.parametrize("data", [b"", b"not a zip", b"PK\x03\x04" + b"\0" * 50])
def test_broken_zip_is_the_students(read: Read, data: bytes) -> None:
    assert read(data) == Submission("ada", {}, (DAMAGED,))


def test_cut_off_zip_is_the_students(read: Read, zipped: Zipped, files: dict[str, bytes]) -> None:
    assert read(zipped(files)[:-30]) == Submission("ada", {}, (DAMAGED,))


@pytest.mark.parametrize(("magic", "name"), [(b"Rar!\x1a\x07", "RAR"), (b"7z\xbc\xaf\x27\x1c", "7z")])
def test_renamed_archive_is_recognised(read: Read, magic: bytes, name: str) -> None:
    note = f"the archive is of the {name} kind, which is not read; hand in a .zip"
    assert read(magic + b"\0" * 99) == Submission("ada", {}, (note,))


def test_damaged_member_leaves_the_others(read: Read, zipped: Zipped, files: dict[str, bytes]) -> None:
    archive = zipped(files, zipfile.ZIP_STORED).replace(b"r = 1\n", b"r = 2\n")
    submission = read(archive)
    assert set(submission.files) == {"model.py", "model.safetensors"}
    assert submission.notes == (
        "'regression.py' is left out: its data in the archive is damaged; make the archive anew",
    )


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../evil.py", "its name leads out of the submission with '..'"),
        ("a/..\\..\\evil.py", "its name leads out of the submission with '..'"),
        ("/etc/evil.py", "its name is an absolute path"),
        ("\\\\host\\evil.py", "its name is an absolute path"),
        ("C:\\evil.py", "its name is an absolute path"),
        ("evil\u202e.py", "its name holds characters that cannot be seen"),
        ("evil\x1b[31m.py", "its name holds characters that cannot be seen"),
    ],
)
def test_unsafe_name_is_left_out(read: Read, zipped: Zipped, files: dict[str, bytes], name: str, reason: str) -> None:
    submission = read(zipped(files | {name: b""}))
    assert submission.files == files
    (note,) = submission.notes
    assert note.endswith(f"is left out: {reason}")
    assert note.isprintable()


def test_name_with_a_zero_byte_is_not_cut_short(read: Read, zipped: Zipped) -> None:
    archive = patched(zipped({"model.py_.txt": b"evil"}), b"model.py_.txt", b"model.py\0.txt")
    submission = read(archive)
    assert submission.files == {}
    assert "'model.py\\x00.txt' is left out: its name holds characters that cannot be seen" in submission.notes


@pytest.mark.parametrize("mode", [0o120777, 0o010644, 0o020644, 0o060644, 0o140644], ids=oct)
def test_links_and_devices_are_left_out(read: Read, zipped: Zipped, files: dict[str, bytes], mode: int) -> None:
    submission = read(zipped(files | {special("extra.py", mode): b"/etc/passwd"}))
    assert submission == Submission("ada", files, ("'extra.py' is left out: it is a link or a device, not a file",))


def test_executable_file_is_a_file(read: Read, zipped: Zipped) -> None:
    assert read(zipped({special("model.py", 0o100755): b"1"})).files == {"model.py": b"1"}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_member_that_occurs_twice_is_left_out(read: Read, zipped: Zipped) -> None:
    archive = zipped({special("model.py", 0o100644): b"1", special("model.py", 0o100600): b"2"})
    submission = read(archive)
    assert submission.files == {}
    assert submission.notes[1].startswith("model.py is missing")
    assert submission.notes[-1] == "'model.py' is left out: it is there 2 times; hand in one"


def test_case_twins_leave_the_wanted_one(read: Read, zipped: Zipped, files: dict[str, bytes]) -> None:
    submission = read(zipped(files | {"MODEL.py": b"other"}))
    note = "'MODEL.py' is left out: some disks cannot tell 'MODEL.py', 'model.py' apart; keep one"
    assert submission == Submission("ada", files, (note,))


def test_encrypted_member_is_refused(read: Read) -> None:
    note = "'model.py' is left out: it is encrypted; hand in an archive without a password"
    assert note in read(raw_zip([(b"model.py", deflate(b"1"), 1, 1)])).notes


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_unusual_compression_is_refused(read: Read, zipped: Zipped, method: int) -> None:
    note = "'model.py' is left out: it is packed by an unusual method; make an ordinary zip"
    assert note in read(zipped({"model.py": b"1"}, method)).notes


@pytest.mark.parametrize("promised", [1, 100, 0xFFFFFFFE])
def test_bomb_is_not_unpacked_whatever_it_promises(read: Read, promised: int) -> None:
    bomb = raw_zip([(b"model.py", deflate(b"\0" * (30 << 20)), promised, 0)])
    submission = read(bomb)
    assert submission.files == {}
    assert any(note.startswith("'model.py' is left out: it") for note in submission.notes)


def test_bomb_that_nobody_asked_for_is_ignored(read: Read, files: dict[str, bytes], zipped: Zipped) -> None:
    submission = read(zipped(files | {"data.bin": b"\0" * (70 << 20)}))
    assert submission == Submission("ada", files, ("ignored, because nothing asks for it: 'data.bin'",))


def test_file_is_too_large_by_its_bytes(read: Read, zipped: Zipped) -> None:
    note = "'model.py' is left out: it is larger than 1 MiB"
    assert note in read(zipped({"model.py": b"#" * (2 << 20)})).notes
    assert read(zipped({"model.py": b"#" * (1 << 20)})).files == {"model.py": b"#" * (1 << 20)}


def test_overlapping_members_are_bounded(read: Read) -> None:
    """One megabyte of data that every member of the table points to."""
    kernel = deflate(b"#" * (1 << 20))
    one = raw_zip([(b"x000.py", kernel, 1 << 20, 0)])
    start = one.index(b"PK\x01\x02")
    entry = one[start : one.index(b"PK\x05\x06")]
    table = b"".join(entry.replace(b"x000", f"x{n:03}".encode()) for n in range(900))
    end = struct.pack("<HHHHIIH", 0, 0, 900, 900, len(table), start, 0)
    submission = read(one[:start] + table + b"PK\x05\x06" + end)
    assert sum(map(len, submission.files.values())) <= 1 << 20
    assert len(submission.notes) < 40


def test_nested_archive_is_ignored(read: Read, zipped: Zipped, files: dict[str, bytes]) -> None:
    submission = read(zipped({"inner.zip": zipped(files)}))
    assert submission.files == {}
    assert submission.notes[-1] == "ignored, because nothing asks for it: 'inner.zip'"


def test_too_many_members_are_refused(read: Read, zipped: Zipped, files: dict[str, bytes]) -> None:
    note = "the archive has more than 1000 files; hand in only what is asked for"
    assert read(zipped(files | {f"{n}.txt": b"" for n in range(1000)})) == Submission("ada", {}, (note,))


def test_caches_do_not_count_as_members(read: Read, zipped: Zipped, files: dict[str, bytes]) -> None:
    assert read(zipped(files | {f".git/{n}": b"" for n in range(1000)})) == Submission("ada", files)


def test_a_million_members_are_refused_before_they_are_listed(read: Read) -> None:
    entry = b"PK\x01\x02" + b"\0" * 24 + b"\x01\0" + b"\0" * 16 + b"x"
    table = entry * 1_000_000
    end = struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, len(table), 0, 0)
    submission = read(table + b"PK\x05\x06" + end)
    note = "the archive has too many members; hand in only what is asked for"
    assert submission == Submission("ada", {}, (note,))


def test_too_large_archive_is_not_parsed(
    read: Read, zipped: Zipped, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.intake.reading.MAX_TOTAL", 1 << 20)
    archive = b"\0" * (1 << 20) + zipped(files)
    assert read(archive).notes == ("the archive cannot be used: it is larger than 1 MiB",)


def read_bytes(path: Path, data: bytes, assignment: Assignment) -> Submission:
    path.write_bytes(data)
    first, second = (read_source(Source("ada", path, Kind.ARCHIVE), assignment) for _ in range(2))
    assert first == second
    assert first.unreadable is None
    assert first.notes or first.files
    assert str(path.parent) not in "".join(first.notes)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for note in first.notes for c in note)
    assert first.digest()
    return first


@SHARED_FIXTURES
@given(
    st.binary() | st.sampled_from([b"PK\x05\x06", b"\x1f\x8b", b"Rar!"]).flatmap(lambda m: st.binary().map(m.__add__))
)
def test_any_bytes_become_notes(tmp_path: Path, assignment: Assignment, data: bytes) -> None:
    assert read_bytes(tmp_path / "x.zip", data, assignment).files == {}


@SHARED_FIXTURES
@given(st.data())
def test_any_damage_becomes_notes(tmp_path: Path, assignment: Assignment, zipped: Zipped, data: st.DataObject) -> None:
    archive = bytearray(zipped({"hw/model.py": b"m = 1\n", "hw/regression.py": b"#" * 50}))
    for _ in range(data.draw(st.integers(1, 4))):
        archive[data.draw(st.integers(0, len(archive) - 1))] = data.draw(st.integers(0, 255))
    submission = read_bytes(tmp_path / "x.zip", bytes(archive), assignment)
    # The checksum guards contents; a changed name may only make a file go missing or into another folder.
    assert set(submission.files.values()) <= {b"m = 1\n", b"#" * 50, b""}


@SHARED_FIXTURES
@given(st.lists(st.tuples(st.binary(max_size=12), st.binary(max_size=20), st.integers(0, 9), st.integers(0, 0xFFFF))))
def test_any_table_of_contents_becomes_files_or_notes(
    tmp_path: Path, assignment: Assignment, members: list[tuple[bytes, bytes, int, int]]
) -> None:
    read_bytes(tmp_path / "x.zip", raw_zip(members), assignment)
