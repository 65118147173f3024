"""Which files count, and what a student is told about the others."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.assignment import Assignment
from grader.intake.container import Broken
from grader.intake.selection import missing_note, select, wanted_files
from grader.submission import Submission

Folder = Callable[..., Path]
Read = Callable[[Path], Submission]
NOT_ATTEMPTED = "its checks count as not attempted"


@pytest.mark.parametrize(
    "root", ["wrapped/", "a b/", "作業/", "a/b/c/", "hw1/", "x/hw1/"], ids=["plain", "space", "cjk", "3", "slug", "2"]
)
def test_modules_may_lie_in_a_folder(folder: Folder, read: Read, files: dict[str, bytes], root: str) -> None:
    submission = read(folder({f"{root}{name}": data for name, data in files.items()} | {"run.json": b""}))
    assert submission.files == files


def test_top_wins_over_folders(folder: Folder, read: Read, files: dict[str, bytes]) -> None:
    submission = read(folder(files | {"old/model.py": b"old"}))
    assert submission.files == files | {"old/model.py": b"old"}


def test_too_deep_modules_are_hinted_at(assignment: Assignment) -> None:
    paths = ["a/b/c/d/model.py"]
    assert "model.py" in select(paths, assignment).missing
    hint = "'a/b/c/d/model.py' is there: put it beside the other files"
    assert missing_note("model.py", paths, assignment) == f"model.py is missing: {NOT_ATTEMPTED}; {hint}"


def test_modules_in_several_folders_are_not_guessed_at(folder: Folder, read: Read) -> None:
    submission = read(folder({"new/model.py": b"", "old/model.py": b""}))
    note = "the modules lie in several folders, 'new', 'old'; hand in one of them"
    assert submission == Submission("ada", {}, (note,))


def test_folder_with_the_assignments_name_is_meant(folder: Folder, read: Read, files: dict[str, bytes]) -> None:
    both = {f"hw1/{name}": data for name, data in files.items()} | {"old/model.py": b"old"}
    submission = read(folder(both))
    assert submission.files == files
    assert submission.notes == ("ignored, because nothing asks for it: 'old/model.py'",)


def test_work_for_another_assignment_is_not_taken(folder: Folder, read: Read) -> None:
    submission = read(folder({"hw2/model.py": b"", "hw2/regression.py": b""}))
    assert submission.files == {}
    assert submission.notes == (
        f"regression.py is missing: {NOT_ATTEMPTED}",
        f"model.py is missing: {NOT_ATTEMPTED}",
        "model.safetensors is missing: the trained model earns no points",
        "ignored, because nothing asks for it: 'hw2/model.py', 'hw2/regression.py'",
    )


def test_modules_that_modules_import_are_kept(folder: Folder, read: Read, files: dict[str, bytes]) -> None:
    more = {"layers.py": b"1", "lib/__init__.py": b"2", "lib/random.py": b"3", "層.py": b"4"}
    assert read(folder(files | more)) == Submission("ada", files | more)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("conftest.py", "conftest"),
        ("lib/conftest.py", "conftest"),
        ("sitecustomize.py", "sitecustomize"),
        ("torch.py", "torch"),
        ("torch/__init__.py", "torch"),
        ("Random.py", "Random"),
        ("numpy/core/x.py", "numpy"),
        ("grader.py", "grader"),
        ("pytest.py", "pytest"),
    ],
)
def test_names_that_hide_other_modules_are_left_out(
    folder: Folder, read: Read, files: dict[str, bytes], path: str, name: str
) -> None:
    submission = read(folder(files | {path: b""}))
    assert submission.files == files
    note = f"'{path}' is left out: Python or grader needs the name '{name}'; rename it"
    assert submission.notes == (note,)


@pytest.mark.parametrize("path", ["model/__init__.py", "model/sub/x.py"])
def test_a_folder_that_would_hide_a_module_is_left_out(
    folder: Folder, read: Read, files: dict[str, bytes], path: str
) -> None:
    submission = read(folder(files | {path: b""}))
    assert submission.files == files
    assert submission.notes == (f"'{path}' is left out: its folder would hide model.py; rename the folder",)


def test_few_ignored_files_are_named_and_many_are_counted(folder: Folder, read: Read, files: dict[str, bytes]) -> None:
    path = folder(files | {"pytest.ini": b"", "a b.py": b"", "plot.png": b""})
    assert read(path).notes == ("ignored, because nothing asks for it: 'a b.py', 'plot.png', 'pytest.ini'",)
    folder({f"data/{n}.csv": b"" for n in range(10)})
    assert read(path).notes == ("13 other files are ignored",)


def test_what_was_handed_out_or_trained_is_no_news(folder: Folder, read: Read, files: dict[str, bytes]) -> None:
    known = ("README.md", "assignment.toml", "checks/test_regression.py")
    trained = ("run.json", "curves.png", "runs/seed-1/events.out")
    assert read(folder(files | dict.fromkeys(known + trained, b""))) == Submission("ada", files)


def test_empty_folder_is_one_note(folder: Folder, read: Read) -> None:
    note = "the submission is empty; hand in regression.py, model.py, model.safetensors"
    assert read(folder({})) == Submission("ada", {}, (note,))


@pytest.mark.parametrize(
    ("present", "missing", "hint"),
    [
        ("Regression.py", "regression.py", "'Regression.py' is there: if you mean it, make it regression.py"),
        ("regression (1).py", "regression.py", "'regression (1).py' is there: if you mean it, make it"),
        ("hw1_regression.py", "regression.py", "'hw1_regression.py' is there: if you mean it, make it"),
        ("regresion.py", "regression.py", "'regresion.py' is there: if you mean it, make it regression.py"),
        ("regression.py.txt", "regression.py", "'regression.py.txt' is there: if you mean it, make it"),
        ("hw1.ipynb", "regression.py", "'hw1.ipynb' is a notebook, which is not read: save its code as"),
        ("sub/regression.py", "regression.py", "'sub/regression.py' is there: put it beside the other files"),
        ("model.pt", "model.safetensors", "'model.pt' is there: if you mean it, make it model.safetensors"),
    ],
)
def test_missing_file_names_the_one_that_was_meant(
    folder: Folder, read: Read, files: dict[str, bytes], present: str, missing: str, hint: str
) -> None:
    del files[missing]
    submission = read(folder(files | {present: b""}))
    assert missing not in submission.files
    cost = NOT_ATTEMPTED if missing.endswith(".py") else "the trained model earns no points"
    assert submission.notes[0].startswith(f"{missing} is missing: {cost}; {hint}")


@pytest.mark.parametrize("other", ["layers.py", "model.py", "notes.txt", "data.safetensors"])
def test_other_files_are_no_hint(assignment: Assignment, other: str) -> None:
    note = f"regression.py is missing: {NOT_ATTEMPTED}"
    assert missing_note("regression.py", [other], assignment) == note


def test_undecodable_module_is_kept_with_a_note(folder: Folder, read: Read, files: dict[str, bytes]) -> None:
    submission = read(folder(files | {"model.py": b"x = 1\n\xff"}))
    assert submission.files["model.py"] == b"x = 1\n\xff"
    assert submission.notes == ("model.py: byte 6 is not UTF-8; save it as UTF-8",)


def test_too_large_files_are_left_out(
    folder: Folder, read: Read, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.intake.reading.MAX_FILE", 1 << 20)
    submission = read(folder(files | dict.fromkeys(("model.py", "model.safetensors"), b"#" * ((1 << 20) + 1))))
    assert set(submission.files) == {"regression.py"}
    assert submission.notes == (
        "'model.py' is left out: it is larger than 1 MiB",
        "'model.safetensors' is left out: it is larger than 1 MiB",
    )


def test_files_together_are_bounded_and_modules_come_first(
    folder: Folder, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.intake.reading.MAX_TOTAL", 10)
    submission = read(folder({"a.py": b"#" * 6, "model.py": b"#" * 6, "regression.py": b""}))
    assert set(submission.files) == {"regression.py", "model.py"}
    assert "'a.py' is left out: all files together are larger than 0 MiB" in submission.notes


def test_number_of_extra_modules_is_bounded(assignment: Assignment) -> None:
    selection = select([f"x{n}.py" for n in range(1000)], assignment)
    assert len(selection.chosen) == 200
    assert selection.notes == ("800 other files are ignored",)


names = st.sampled_from(["model.py", "regression.py", "Model.py", "hw1", "hw2", "a", "random.py", "x.txt", "é.py"])
trees = st.lists(st.lists(names, min_size=1, max_size=5).map("/".join), unique=True, max_size=12)


@settings(deadline=None)
@given(trees, st.randoms(use_true_random=False))
def test_choice_depends_on_names_alone(assignment: Assignment, paths: list[str], order: random.Random) -> None:
    def choose(given: list[str]) -> object:
        try:
            return select(given, assignment)
        except Broken as reason:
            return str(reason)

    shuffled = list(paths)
    order.shuffle(shuffled)
    assert choose(paths) == choose(shuffled)


@settings(deadline=None)
@given(trees)
def test_every_wanted_file_is_chosen_or_missing(assignment: Assignment, paths: list[str]) -> None:
    try:
        selection = select(paths, assignment)
    except Broken:
        return
    wanted = wanted_files(assignment)
    assert {*selection.missing, *(name for name in selection.chosen if name in wanted)} == set(wanted)
    assert all(path in paths and path.endswith(name) for name, path in selection.chosen.items())
