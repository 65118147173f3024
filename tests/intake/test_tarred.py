"""A submission in a tar: honest ones, odd ones and attacks."""

from __future__ import annotations

import gzip
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.assignment import Assignment
from grader.intake import Kind, Source, read_source
from grader.intake.container import Broken
from grader.intake.tarred import TarContainer
from grader.submission import Submission

Read = Callable[[bytes], Submission]
Tarred = Callable[..., bytes]
DAMAGED = "the archive is damaged or is no tar; make it anew and look into it"
SHARED_FIXTURES = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
FORMATS = [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]


def member(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize("mode", ["w", "w:gz"])
@pytest.mark.parametrize("form", FORMATS)
def test_tar_is_read(read: Read, tarred: Tarred, files: dict[str, bytes], mode: str, form: int) -> None:
    members = [(member("./hw", tarfile.DIRTYPE), b""), *((f"./hw/{n}", d) for n, d in files.items())]
    assert read(tarred(members, mode, form)) == Submission("ada", files)


@pytest.mark.parametrize("form", FORMATS)
def test_long_names_are_read(tarred: Tarred, form: int) -> None:
    name = f"{'a' * 90}/{'b' * 90}/model.py"
    assert TarContainer(tarred([(name, b"1")], "w", form), ()).paths == (name,)


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_names_in_any_script_are_read(tarred: Tarred, form: int) -> None:
    assert TarContainer(tarred([("作業/é.py", b"1")], "w", form), ()).paths == ("作業/é.py",)


def test_weights_survive(read: Read, tarred: Tarred, files: dict[str, bytes]) -> None:
    files["model.safetensors"] = bytes(range(256)) * 41
    assert read(tarred(list(files.items()))).files == files


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.GNUTYPE_SPARSE]
)
def test_links_and_devices_are_left_out(read: Read, tarred: Tarred, files: dict[str, bytes], kind: bytes) -> None:
    odd = (member("extra.py", kind, "/etc/passwd"), b"")
    note = "'extra.py' is left out: it is a link or a device, not a file"
    assert read(tarred([*files.items(), odd])) == Submission("ada", files, (note,))


def test_pax_sparse_file_is_left_out(read: Read, tarred: Tarred, files: dict[str, bytes]) -> None:
    odd = tarfile.TarInfo("extra.py")
    odd.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}
    submission = read(tarred([(odd, b"1"), *files.items()]))
    assert submission.files == files
    assert submission.notes == ("'extra.py' is left out: it is a link or a device, not a file",)


@pytest.mark.parametrize("name", ["../evil.py", "/evil.py", "a/../../evil.py", "..\\evil.py", "C:\\evil.py"])
def test_unsafe_name_is_left_out(read: Read, tarred: Tarred, files: dict[str, bytes], name: str) -> None:
    submission = read(tarred([*files.items(), (name, b"")]))
    assert submission.files == files
    assert len(submission.notes) == 1


def test_member_that_occurs_twice_is_left_out(read: Read, tarred: Tarred) -> None:
    submission = read(tarred([("model.py", b"1"), ("model.py", b"2")]))
    assert submission.files == {}
    assert submission.notes[-1] == "'model.py' is left out: it is there 2 times; hand in one"


@pytest.mark.parametrize("cut", [100, 600, 1100])
def test_cut_off_tar_is_the_students(read: Read, tarred: Tarred, cut: int) -> None:
    archive = tarred([("model.py", b"#" * 1000)], "w")[:cut]
    with pytest.raises(Broken, match="damaged"):
        TarContainer(archive, ())
    assert read(gzip.compress(archive)) == Submission("ada", {}, (DAMAGED,))


def test_cut_off_gzip_is_the_students(read: Read, tarred: Tarred) -> None:
    assert read(tarred([("model.py", b"#")])[:-9]) == Submission("ada", {}, (DAMAGED,))


def test_wrong_header_is_no_silent_end(read: Read, tarred: Tarred, files: dict[str, bytes]) -> None:
    archive = bytearray(tarred(list(files.items()), "w", tarfile.USTAR_FORMAT))
    archive[1024] ^= 1  # the name of the second member
    assert read(bytes(archive)) == Submission("ada", {}, (DAMAGED,))


def test_bomb_is_not_unpacked(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.intake.tarred.MAX_TOTAL", 4 << 20)
    submission = read(gzip.compress(b"\0" * (5 << 20), 1))
    assert submission == Submission("ada", {}, ("the archive unpacks to more than 4 MiB",))


def test_many_empty_members_are_refused(read: Read, tarred: Tarred) -> None:
    header = tarred([(member("x", tarfile.DIRTYPE), b"")], "w", tarfile.USTAR_FORMAT)[:512]
    note = "the archive has too many members; hand in only what is asked for"
    assert read(header * 100_000) == Submission("ada", {}, (note,))


def test_crafted_pax_header_takes_no_time(read: Read) -> None:
    def block(kind: bytes, size: int) -> bytes:
        info = member("x", kind)
        info.size = size
        return info.tobuf(tarfile.USTAR_FORMAT)

    size = 1 << 16
    began = time.process_time()
    submission = read((block(tarfile.XHDTYPE, size) + b"1" * size) * 100)
    assert time.process_time() - began < 1
    assert submission.notes == (DAMAGED,)


def test_extended_header_is_bounded(read: Read, tarred: Tarred) -> None:
    for length, found in ((1000, ("model.py",)), (1 << 16, ())):
        info = tarfile.TarInfo("model.py")
        info.pax_headers = {"comment": "x" * length}
        assert tuple(read(tarred([(info, b"1")])).files) == found


@pytest.mark.parametrize("size", [b"-0000001000", b"77777777777", b"\x80" + b"\xff" * 11, b"\xff" * 12, b"x"])
def test_impossible_size_is_the_students(read: Read, tarred: Tarred, size: bytes) -> None:
    archive = bytearray(tarred([("model.py", b"1")], "w", tarfile.USTAR_FORMAT))
    archive[124:136] = size.ljust(12, b"\0")
    archive[148:156] = b"%06o\0 " % (sum(archive[:148]) + sum(archive[156:512]) + 256)
    assert read(bytes(archive)) == Submission("ada", {}, (DAMAGED,))


@SHARED_FIXTURES
@given(st.data())
def test_any_damage_becomes_notes(tmp_path: Path, assignment: Assignment, tarred: Tarred, data: st.DataObject) -> None:
    archive = bytearray(tarred([("model.py", b"m = 1\n"), ("é" * 60 + ".py", b"#")], "w"))
    for _ in range(data.draw(st.integers(1, 4))):
        archive[data.draw(st.integers(0, 4095))] = data.draw(st.integers(0, 255))
    packed = gzip.compress(archive) if data.draw(st.booleans()) else bytes(archive)
    path = tmp_path / "x.tar"
    path.write_bytes(packed)
    submission = read_source(Source("ada", path, Kind.ARCHIVE), assignment)
    assert submission.unreadable is None
    assert submission.notes


@SHARED_FIXTURES
@given(st.binary(max_size=2000))
def test_any_gzip_becomes_notes(tmp_path: Path, assignment: Assignment, data: bytes) -> None:
    path = tmp_path / "x.tgz"
    path.write_bytes(gzip.compress(data))
    submission = read_source(Source("ada", path, Kind.ARCHIVE), assignment)
    assert (submission.files, submission.unreadable) == ({}, None)
    assert submission.notes
