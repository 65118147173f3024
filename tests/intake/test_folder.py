"""A submission in a folder."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.assignment import Assignment
from grader.errors import IntakeError
from grader.intake import read_folder
from grader.submission import Submission

Folder = Callable[..., Path]
Read = Callable[[Path], Submission]


def test_complete_folder_has_no_notes(folder: Folder, read: Read, files: dict[str, bytes]) -> None:
    submission = read(folder(files))
    assert submission == Submission("ada", files, (), None)
    assert list(submission.files) == list(files)


def test_link_is_never_followed(folder: Folder, read: Read, files: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_text("secret")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/inner.py").write_text("secret")
    path = folder(files)
    (path / "model.py").unlink()
    (path / "model.py").symlink_to(tmp_path / "secret.py")
    (path / "lib").symlink_to(tmp_path / "secrets")
    submission = read(path)
    assert set(submission.files) == {"regression.py", "model.safetensors"}
    assert submission.notes == (
        "model.py is missing: its checks count as not attempted",
        "'lib' is left out: links are not followed; put the file there",
        "'model.py' is left out: links are not followed; put the file there",
    )
    assert submission.unreadable is None


def test_pipe_does_not_block(folder: Folder, read: Read, files: dict[str, bytes]) -> None:
    path = folder(files)
    os.mkfifo(path / "extra.py")
    assert read(path).notes == ("'extra.py' is left out: it is not an ordinary file",)


def test_link_made_after_the_listing_is_not_followed(folder: Folder, files: dict[str, bytes], tmp_path: Path) -> None:
    from grader.intake.folder import FolderContainer

    (tmp_path / "secret").write_text("secret")
    container = FolderContainer(folder(files), ())
    (tmp_path / "ada/model.py").unlink()
    (tmp_path / "ada/model.py").symlink_to(tmp_path / "secret")
    with pytest.raises(OSError, match="symbolic links"):
        container.read("model.py", 100)


def test_file_that_our_disk_refuses_is_left_to_a_person(
    folder: Folder, read: Read, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, real = folder(files), os.open

    def refuse(name: Path, flags: int) -> int:
        if name.name == "model.py":
            raise PermissionError(13, "Permission denied")
        return real(name, flags)

    monkeypatch.setattr("grader.intake.folder.os.open", refuse)
    submission = read(path)
    assert set(submission.files) == {"regression.py", "model.safetensors"}
    assert submission.notes == ()
    assert submission.unreadable == "'model.py' cannot be read: Permission denied"


def test_closed_subfolder_is_left_to_a_person(folder: Folder, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    path, real = folder({"hw1/model.py": b""}), os.scandir

    def refuse(name: Path) -> object:
        if name.name == "hw1":
            raise PermissionError(13, "Permission denied")
        return real(name)

    monkeypatch.setattr("grader.intake.folder.os.scandir", refuse)
    submission = read(path)
    assert submission.unreadable == "the folder 'hw1/' cannot be listed: Permission denied"
    assert submission.notes == ()  # what we could not look at is not called missing


def test_hidden_files_caches_and_packages_are_no_news(folder: Folder, read: Read, files: dict[str, bytes]) -> None:
    junk = (".git/config", "__pycache__/model.pyc", ".DS_Store", "venv/torch/x.py", "__MACOSX/model.py")
    assert read(folder(files | dict.fromkeys(junk, b""))).notes == ()


def test_names_are_composed(folder: Folder, read: Read, files: dict[str, bytes]) -> None:
    submission = read(folder(files | {unicodedata.normalize("NFD", "café.py"): b"1"}))
    assert submission.files["café.py"] == b"1"


def test_undecodable_name_gets_a_note(folder: Folder, read: Read, files: dict[str, bytes]) -> None:
    submission = read(folder(files | {os.fsdecode(b"a\xff.py"): b"", "b\\c.py": b"", "d\u202e.py": b""}))
    assert submission.files == files
    assert submission.notes == (
        "'a\\udcff.py' is left out: its name holds characters that cannot be seen",
        "'b\\c.py' is left out: its name holds a backslash",
        "'d\\u202e.py' is left out: its name holds characters that cannot be seen",
    )


def test_huge_tree_ends_and_keeps_its_top(
    folder: Folder, read: Read, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.intake.folder.MAX_ENTRIES", 10)
    submission = read(folder(files | {f"a/{n}.txt": b"" for n in range(20)}))
    assert submission.files == files
    assert submission.notes[0] == "there are more than 10 files; the deepest are left out"


def test_deep_tree_ends(folder: Folder, read: Read, files: dict[str, bytes]) -> None:
    assert read(folder(files | {"d/" * 40 + "x.txt": b""})) == Submission("ada", files)


def test_archive_in_a_folder_is_read(
    folder: Folder, read: Read, files: dict[str, bytes], zipped: Callable[..., bytes]
) -> None:
    path = folder({"HW 1.zip": zipped(files), "timestamp.txt": b""})
    assert read(path) == Submission("ada", files)


def test_several_archives_in_a_folder_are_not_guessed_at(
    folder: Folder, read: Read, files: dict[str, bytes], zipped: Callable[..., bytes]
) -> None:
    submission = read(folder({"b.zip": zipped(files), "a.zip": zipped(files)}))
    assert submission == Submission("ada", {}, ("there are several archives, 'a.zip', 'b.zip'; hand in one",))


def test_archive_beside_modules_is_ignored(
    folder: Folder, read: Read, files: dict[str, bytes], zipped: Callable[..., bytes]
) -> None:
    submission = read(folder(files | {"old.zip": zipped({"regression.py": b"old"})}))
    assert submission.files == files
    assert submission.notes == ("ignored, because nothing asks for it: 'old.zip'",)


def test_read_folder_is_named_after_it(folder: Folder, assignment: Assignment, files: dict[str, bytes]) -> None:
    path = folder(files)
    assert read_folder(path, assignment).student == "ada"
    assert read_folder(path, assignment, "you").student == "you"
    with pytest.raises(IntakeError, match=r"model\.py is no folder; give the folder that holds the modules"):
        read_folder(path / "model.py", assignment)
