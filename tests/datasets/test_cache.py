"""The cache: finished folders only, made once, made again when damaged."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from grader.datasets.cache import default_cache, folder_made_by, locked
from grader.errors import DatasetError


def make(folder: Path) -> None:
    (folder / "inner").mkdir()
    (folder / "inner" / "file").write_text("whole")


def fail(folder: Path) -> None:
    raise AssertionError("it was made again")


def test_a_cache_folder_is_chosen_from_the_environment():
    assert default_cache({"GRADER_CACHE": "/a", "XDG_CACHE_HOME": "/b"}) == Path("/a")
    assert default_cache({"XDG_CACHE_HOME": "/b"}) == Path("/b/grader")
    assert default_cache({}) == Path.home() / ".cache" / "grader"


def test_a_whole_folder_is_taken_as_it_is(tmp_path: Path):
    folder_made_by(make, tmp_path / "x")
    assert folder_made_by(fail, tmp_path / "x") == tmp_path / "x"


@pytest.mark.parametrize("damage", ["change", "remove", "add", "list"])
def test_a_damaged_folder_is_made_again(tmp_path: Path, damage: str):
    target = folder_made_by(make, tmp_path / "x")
    file = target / "inner" / "file"
    if damage == "change":
        file.write_text("broken")
    elif damage == "remove":
        file.unlink()
    elif damage == "add":
        (target / "more").write_text("")
    else:
        (target / "files.json").write_text("[")
    folder_made_by(make, target)
    assert file.read_text() == "whole"
    assert not (target / "more").exists()


def test_a_failed_making_leaves_nothing(tmp_path: Path):
    def half(folder: Path) -> None:
        make(folder)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        folder_made_by(half, tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_removed(tmp_path: Path):
    (tmp_path / ".making-abc").mkdir()
    folder_made_by(make, tmp_path / "x")
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_a_disk_error_names_folder_and_remedy(tmp_path: Path):
    def full(folder: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(DatasetError) as caught:
        folder_made_by(full, tmp_path / "x")
    assert str(caught.value) == (
        f"{tmp_path / 'x'}: cannot be written (No space left on device);"
        " make room, or set GRADER_CACHE to another folder"
    )


def test_a_cache_that_cannot_be_made_is_an_error_with_a_remedy(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DatasetError, match="set GRADER_CACHE to a folder that can"), locked(tmp_path / "file"):
        pass


def test_the_second_maker_waits_and_takes_what_the_first_made(tmp_path: Path):
    made = []

    def slowly(folder: Path) -> None:
        made.append(folder)
        time.sleep(0.1)
        make(folder)

    def want() -> None:
        with locked(tmp_path):
            folder_made_by(slowly, tmp_path / "x")

    threads = [threading.Thread(target=want) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert (tmp_path / "x" / "inner" / "file").read_text() == "whole"
