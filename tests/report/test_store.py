"""Writing and reading report files."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from grader.errors import RecordError
from grader.report import read_report, sole_writer, write_report, write_text


def test_what_was_written_is_read(make, tmp_path: Path):
    path = tmp_path / "reports" / "王小明.json"
    write_report(path, make())
    assert read_report(path) == make()
    assert path.read_bytes() == make().to_json().encode()
    assert list(path.parent.iterdir()) == [path]


def test_a_file_is_replaced_whole(make, tmp_path: Path):
    path = tmp_path / "a.json"
    path.write_text("x" * 100_000)
    write_report(path, make())
    assert read_report(path) == make()


def test_a_full_disk_leaves_the_old_file_and_no_rest(make, tmp_path: Path):
    path = tmp_path / "a.json"
    write_report(path, make())
    old, limits = path.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))  # the kernel refuses the 4097th byte
    try:
        with pytest.raises(RecordError) as caught:
            write_report(path, make(notes=("x" * 10_000,)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert str(caught.value) == (
        f"{path}: cannot be written (File too large); the file is as it was before. "
        "Make room or change the permissions, then run the command again"
    )
    assert path.read_bytes() == old
    assert list(tmp_path.iterdir()) == [path]


def test_a_failing_sync_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "a.json"
    path.write_text("old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(RecordError, match="No space left on device"):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupted_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "a.json"
    path.write_text("old")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "reports").write_text("a file")
    with pytest.raises(RecordError, match=r"reports/a\.json: cannot be written"):
        write_text(tmp_path / "reports" / "a.json", "x")


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(RecordError, match=r"a\.json: cannot be read \(No such file or directory\)"):
        read_report(tmp_path / "a.json")


def test_a_damaged_file_is_named_with_the_remedy(make, tmp_path: Path):
    path = tmp_path / "a.json"
    path.write_text(make().to_json().replace('"passed"', '"pass"'))
    with pytest.raises(RecordError) as caught:
        read_report(path)
    assert str(caught.value).startswith(f"{path}: results[0].verdict: must be one of passed, failed")
    assert str(caught.value).endswith("not 'pass'. Delete the file to have the submission graded again")


def test_a_file_in_another_encoding_is_named(tmp_path: Path):
    path = tmp_path / "a.json"
    path.write_bytes(b"\xff\xfe{}")
    with pytest.raises(RecordError, match=r"a\.json: is not UTF-8"):
        read_report(path)


def test_a_folder_has_one_writer_at_a_time(tmp_path: Path):
    out = tmp_path / "new" / "out"
    with sole_writer(out):
        code = "import sys; from pathlib import Path; from grader.report import sole_writer\n"
        code += "with sole_writer(Path(sys.argv[1])): pass"
        other = subprocess.run([sys.executable, "-c", code, out], capture_output=True, text=True, check=False)
        assert f"{out}: another run writes there; wait for its end, or name another folder" in other.stderr
    with sole_writer(out):
        pass


def test_what_a_killed_writer_has_left_is_removed(tmp_path: Path):
    left = tmp_path / "reports" / ".ann.json.0badcafe.tmp"
    left.parent.mkdir()
    left.write_text("half a rep")
    (tmp_path / "reports" / "ann.json").write_text("whole")
    with sole_writer(tmp_path):
        assert [p.name for p in left.parent.iterdir()] == ["ann.json"]
