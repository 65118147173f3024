"""Every wrong use of the command line is one line on stderr, exit code 2, and no traceback."""

from __future__ import annotations

import subprocess
import sys

import pytest


def grader(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "grader", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("grade", "tyni", "."), "there is no assignment 'tyni'"),
        (("grade", "tiny", "nowhere"), "nowhere does not exist"),
        (("grade", "tiny", "."), "contains no submission"),
        (("grade", "tiny", "class", "--only", "bob"), "holds no submission of 'bob'"),
        (("grade", "tiny", "class", "--seed-file", "none"), "the course seed cannot be read"),
        (("grade", "tiny", "class", "--jobs", "0"), "0 is not in the range"),
        (("grade", "tiny"), "Missing argument"),
        (("check", "tiny", "-k", "nothing"), "no check has 'nothing' in its name; the checks are: gradient, value"),
        (("check", "tiny", "--dir", "nowhere"), "nowhere: is no folder"),
        (("release", "tyni"), "there is no assignment 'tyni'"),
        (("train", "tiny"), "has no model to train"),
        (("prove", "tyni"), "there is no assignment 'tyni'"),
        (("bake",), "No such command 'bake'"),
    ],
)
def test_a_wrong_use_is_told_in_one_line(small_course, arguments, words):
    root = small_course.course.root
    (root / "class" / "ann").mkdir(parents=True, exist_ok=True)
    (root / "class" / "ann" / "tiny.py").write_text("")
    (root / "empty").mkdir(exist_ok=True)
    done = grader(*arguments, cwd=root if "." not in arguments else root / "empty")
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_outside_a_course_the_remedy_is_named(tmp_path):
    done = grader("grade", "tiny", ".", cwd=tmp_path)
    assert done.returncode == 2
    assert "go to the course's folder" in done.stderr


def test_a_broken_check_file_is_the_courses_fault_and_named(make_course, tmp_path):
    small = make_course(tmp_path, checks="def test_one(submission): pass")
    (tmp_path / "class" / "ann").mkdir(parents=True)
    (tmp_path / "class" / "ann" / "tiny.py").write_text("")
    done = grader("grade", "tiny", "class", cwd=small.course.root)
    assert done.returncode == 2
    assert "has no docstring" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list((tmp_path / "out").rglob("*.json"))  # nothing is graded


@pytest.mark.parametrize("verb", ["grade", "check", "release", "train", "prove", "doctor"])
def test_every_verb_has_help_with_an_example(verb, tmp_path):
    done = grader(verb, "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert f"grader {verb}" in done.stdout.split("Example")[1]
