"""Who handed in what."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from grader.assignment import Assignment
from grader.errors import IntakeError
from grader.intake import Kind, Source, discover, read_source, strays


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        if name.endswith("/"):
            path.mkdir(parents=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    return folder


def found(folder: Path, assignment: Assignment) -> dict[str, tuple[str, str]]:
    sources = discover(folder, assignment)
    assert [s.student for s in sources] == sorted(s.student for s in sources)
    return {s.student: (s.path.relative_to(folder).as_posix(), s.kind.value) for s in sources}


def refusal(folder: Path, assignment: Assignment) -> str:
    with pytest.raises(IntakeError) as caught:
        discover(folder, assignment)
    return str(caught.value).replace(str(folder), "FOLDER")


def test_every_layout_may_be_mixed(tmp_path: Path, assignment: Assignment) -> None:
    touch(tmp_path, "zoe.zip", "Ben.TAR.GZ", "cy.tgz", "dan.tar", "ada/", "eva/hw1/model.py", "flo/hw2/model.py")
    assert found(tmp_path, assignment) == {
        "Ben": ("Ben.TAR.GZ", "archive"),
        "ada": ("ada", "folder"),
        "cy": ("cy.tgz", "archive"),
        "dan": ("dan.tar", "archive"),
        "eva": ("eva/hw1", "folder"),
        "flo": ("flo", "folder"),
        "zoe": ("zoe.zip", "archive"),
    }


def test_names_in_any_script_and_with_spaces(tmp_path: Path, assignment: Assignment) -> None:
    names = ["李宏毅", "Ада Л.", "علي", "می‌خواهم", "a b  c", "x" * 255]
    touch(tmp_path, *(f"{name}/" for name in names))
    assert set(found(tmp_path, assignment)) == {unicodedata.normalize("NFC", name) for name in names}


def test_unprintable_names_become_printable(tmp_path: Path, assignment: Assignment) -> None:
    touch(tmp_path, "a\nb/", "c\u202ed.zip", os.fsdecode(b"e\xff/"))
    students = found(tmp_path, assignment)
    assert set(students) == {"a\\nb", "c\\u202ed", "e\\udcff"}
    assert all(student.encode() for student in students)


def test_decomposed_name_is_composed(tmp_path: Path, assignment: Assignment) -> None:
    touch(tmp_path, unicodedata.normalize("NFD", "José") + "/")
    assert list(found(tmp_path, assignment)) == ["José"]


def test_two_submissions_of_one_student_are_left_to_a_person(tmp_path: Path, assignment: Assignment) -> None:
    touch(tmp_path, "ada/hw1/", "ada.zip", "ben/")
    ada, ben = discover(tmp_path, assignment)
    assert (ada.student, ada.kind, ben.kind) == ("ada", Kind.AMBIGUOUS, Kind.FOLDER)
    submission = read_source(ada, assignment)
    assert submission.files == {}
    assert submission.notes == ()
    assert submission.unreadable == "'ada', 'ada.zip' are of one name; keep one or rename them, and grade again"


@pytest.mark.parametrize("twin", ["Zoë", "ZOË", unicodedata.normalize("NFD", "zoë")])
def test_names_that_a_disk_could_confuse_are_left_to_a_person(
    tmp_path: Path, assignment: Assignment, twin: str
) -> None:
    touch(tmp_path, "zoë/", f"{twin}.zip", "ben/")
    sources = discover(tmp_path, assignment)
    students = {"ben", "zoë", unicodedata.normalize("NFC", twin)}
    assert {s.student for s in sources} == students
    assert {s.student for s in sources if s.kind is Kind.AMBIGUOUS} == students - {"ben"}


def test_link_is_left_to_a_person(tmp_path: Path, assignment: Assignment) -> None:
    touch(tmp_path, "class/ben/", "elsewhere/secret.py")
    (tmp_path / "class/ada").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "class/ben/hw1").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "class/cy").symlink_to("nowhere")
    for source, name in zip(discover(tmp_path / "class", assignment), ("ada", "hw1", "cy"), strict=True):
        assert source.kind is Kind.LINK
        submission = read_source(source, assignment)
        assert submission.files == {}
        assert submission.unreadable is not None
        assert submission.unreadable.startswith(f"'{name}' is a link, which is never followed")


@pytest.mark.parametrize("name", ["ada.rar", "ada.7z", "ada.ipynb", "ada.py"])
def test_unsupported_file_is_a_students_and_gets_a_note(tmp_path: Path, assignment: Assignment, name: str) -> None:
    (source,) = discover(touch(tmp_path, name), assignment)
    submission = read_source(source, assignment)
    assert (submission.student, submission.files, submission.unreadable) == ("ada", {}, None)
    assert submission.notes == (f"'{name}' is not read; hand in a folder or a .zip",)


def test_strays_are_named_and_hidden_files_are_not(tmp_path: Path, assignment: Assignment) -> None:
    touch(tmp_path, "ada/", "roster.csv", "notes.txt", ".DS_Store", "__MACOSX/", "ben.zip")
    (tmp_path / "list.csv").symlink_to("roster.csv")
    os.mkfifo(tmp_path / "pipe")
    assert list(found(tmp_path, assignment)) == ["ada", "ben"]
    assert strays(tmp_path) == ("list.csv", "notes.txt", "pipe", "roster.csv")


def test_missing_folder(tmp_path: Path, assignment: Assignment) -> None:
    folder = tmp_path / "nowhere"
    assert refusal(folder, assignment) == "FOLDER does not exist; give the folder of the submissions"


def test_file_instead_of_a_folder(tmp_path: Path, assignment: Assignment) -> None:
    folder = touch(tmp_path, "class.zip") / "class.zip"
    remedy = "give a folder that holds one folder or archive per student"
    assert refusal(folder, assignment) == f"FOLDER is a file; {remedy}"


def test_class_without_submissions(tmp_path: Path, assignment: Assignment) -> None:
    remedy = "put one folder or archive per student into it"
    assert refusal(tmp_path, assignment) == f"FOLDER contains no submission; {remedy}"
    touch(tmp_path, "roster.csv", ".hidden/")
    assert refusal(tmp_path, assignment) == f"FOLDER contains no submission (only 'roster.csv'); {remedy}"


def test_folder_of_one_submission_is_recognised(tmp_path: Path, assignment: Assignment) -> None:
    touch(tmp_path, "model.py", "data/")
    message = "FOLDER holds model.py itself, so it is one submission; give the folder above it"
    assert refusal(tmp_path, assignment) == message


def test_course_of_nbgrader_is_recognised(tmp_path: Path, assignment: Assignment) -> None:
    touch(tmp_path, "submitted/ada/hw1/", "source/", "gradebook.db")
    message = "FOLDER is a course of nbgrader; give its folder FOLDER/submitted"
    assert refusal(tmp_path, assignment) == message
    assert found(tmp_path / "submitted", assignment) == {"ada": ("ada/hw1", "folder")}


def test_unreadable_class_folder(tmp_path: Path, assignment: Assignment, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("grader.intake.discovery.os.scandir", refuse)
    assert refusal(tmp_path, assignment) == "FOLDER cannot be read: Permission denied"


def test_pipe_is_nobodys_archive(tmp_path: Path, assignment: Assignment) -> None:
    touch(tmp_path, "ada.zip")
    os.mkfifo(tmp_path / "ben.zip")
    assert found(tmp_path, assignment) == {"ada": ("ada.zip", "archive")}
    assert strays(tmp_path) == ("ben.zip",)


def test_source_that_vanished_is_left_to_a_person(tmp_path: Path, assignment: Assignment) -> None:
    for kind in (Kind.FOLDER, Kind.ARCHIVE):
        submission = read_source(Source("ada", tmp_path / "gone", kind), assignment)
        assert submission.unreadable == "it cannot be read: No such file or directory"
