"""grader train: what it prints, the files it writes, and how it ends."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner, Result

from grader.commands.train import command
from grader.errors import DatasetError, UsageError

ROOT = Path(__file__).parents[2]

MANIFEST = """
format = 1
slug = "hw1_regression"
title = "HW1 Regression"
version = "1.0"
points = 40
modules = ["model"]
[model]
module = "model"
weights = "model.safetensors"
dataset = "covid_survey"
metric = "rmse"
[[model.tiers]]
name = "simple"
threshold = 2.0
points = 10
[[model.tiers]]
name = "medium"
threshold = 1.6
points = 30
"""


@pytest.fixture(autouse=True)
def _torch_as_before() -> Iterator[None]:
    strict, threads = torch.are_deterministic_algorithms_enabled(), torch.get_num_threads()
    yield
    torch.use_deterministic_algorithms(strict)
    torch.set_num_threads(threads)


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of one assignment, whose student has the quick model of the first tier."""
    folder = tmp_path / "assignments" / "hw1_regression"
    folder.mkdir(parents=True)
    (folder / "assignment.toml").write_text(MANIFEST)
    shutil.copy(ROOT / "solutions" / "hw1_regression" / "tiers" / "simple.py", folder / "model.py")
    data = tmp_path / "datasets" / "covid_survey"
    shutil.copytree(ROOT / "datasets" / "covid_survey", data, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def train(course: Path) -> Callable[..., Result]:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(command, ["hw1_regression", *arguments], standalone_mode=False)

    return run


def test_the_score_and_the_tiers_are_shown(train, course: Path):
    result = train("--device", "cpu", "--seed", "1")
    assert result.return_value == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].startswith("Training HW1 Regression: seed 1, cpu, offline data in ")
    assert any(line.startswith("rmse of the saved model on the public offline split: 1.") for line in lines)
    assert [line.split() for line in lines if line.startswith(("simple", "medium"))] == [
        ["simple", "≤", "2", "10", "reached"],
        ["medium", "≤", "1.6", "30", "not", "yet"],
    ]
    written = {path.name for path in (course / "assignments" / "hw1_regression").iterdir()}
    assert {"model.safetensors", "run.json", "curves.png", "runs"} <= written


def test_results_can_go_elsewhere(train, course: Path):
    assert train("--out", "elsewhere").return_value == 0
    assert {path.name for path in (course / "elsewhere").iterdir()} == {
        "model.safetensors",
        "run.json",
        "curves.png",
        "runs",
    }
    assert not (course / "assignments" / "hw1_regression" / "run.json").exists()


def test_modules_here_come_before_those_of_the_assignment(train, course: Path, monkeypatch: pytest.MonkeyPatch):
    mine = course / "mine"
    mine.mkdir()
    (mine / "model.py").write_text("")
    monkeypatch.chdir(mine)
    result = train()
    assert result.return_value == 1
    assert f"{mine / 'model.py'} defines no function 'build_model'" in result.stderr


def test_an_error_of_the_student_ends_with_1(train, course: Path):
    model = course / "assignments" / "hw1_regression" / "model.py"
    model.write_text(model.read_text().replace("covid.train.csv", "covid.trian.csv"))
    result = train()
    assert result.return_value == 1
    assert result.stderr.startswith("Traceback (most recent call last):\n")
    assert "covid.trian.csv" in result.stderr.splitlines()[-1]
    assert not (course / "assignments" / "hw1_regression" / "model.safetensors").exists()


def test_a_device_that_is_not_there_is_said(train, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    result = train("--device", "cuda")
    assert isinstance(result.exception, UsageError)
    assert str(result.exception) == "PyTorch finds no CUDA device here; leave out --device cuda"


def test_a_data_folder_needs_real_data(train):
    result = train("--data-dir", "x")
    assert isinstance(result.exception, UsageError)
    assert str(result.exception) == "--data-dir names a folder with the real files; add --data real"


def test_real_data_that_cannot_be_had_come_with_instructions(train):
    result = train("--data", "real", "--offline")
    assert isinstance(result.exception, DatasetError)
    assert "name their folder with --data-dir" in str(result.exception)


def test_an_assignment_without_a_model_is_said(train, course: Path):
    manifest = course / "assignments" / "hw1_regression" / "assignment.toml"
    manifest.write_text(MANIFEST.partition("[model]")[0])
    result = train()
    assert isinstance(result.exception, UsageError)
    assert str(result.exception) == ("hw1_regression has no model to train; try 'grader check hw1_regression'")


def test_the_help_has_an_example():
    result = CliRunner().invoke(command, ["--help"])
    assert "grader train hw1_regression\n" in result.output


PICTURES = """
import torch

def draw(student, model, split, out):
    assert not model.training
    assert student.predict(model, split.inputs).shape == split.targets.shape
    try:
        student.not_written_yet
    except NotImplementedError:
        (out / "loss.png").write_bytes(b"a picture")
"""


def test_the_assignments_pictures_are_drawn_with_the_students_functions(train, course: Path):
    (course / "assignments" / "hw1_regression" / "pictures.py").write_text(PICTURES)
    done = train("--out", "results")
    assert done.exit_code == 0
    assert (course / "results" / "pictures" / "loss.png").read_bytes() == b"a picture"
    assert "Picture: results/pictures/loss.png" in done.output


def test_pictures_that_cannot_be_drawn_cost_nothing_but_a_line(train, course: Path):
    script = course / "assignments" / "hw1_regression" / "pictures.py"
    script.write_text("def draw(student, model, split, out):\n    return 1 / 0\n")
    done = train("--out", "results")
    assert done.return_value == 0
    assert "The pictures could not be drawn: ZeroDivisionError: division by zero" in done.output
    assert (course / "results" / "model.safetensors").exists()


@pytest.mark.skipif(not hasattr(signal, "SIGINT") or os.name != "posix", reason="needs POSIX signals")
def test_ctrl_c_leaves_everything_as_it_was(course: Path):
    model = course / "assignments" / "hw1_regression" / "model.py"
    endless = "        if step == 3: open('ready', 'w').close(); import time; time.sleep(60)\n"
    line = "        optimizer.zero_grad()\n"
    model.write_text(model.read_text().replace(line, endless + line))
    before = sorted(course.joinpath("assignments").rglob("*"))
    # A shell's background job ignores Ctrl-C, and so would what it starts: put the handler back first.
    code = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    code += "from grader.cli import main; sys.argv = ['grader', 'train', 'hw1_regression']; main()"
    process = subprocess.Popen(
        [sys.executable, "-B", "-c", code], cwd=course, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while not (course / "ready").exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    folder = course / "assignments" / "hw1_regression"
    assert errors == f"\nStopped after step 2: nothing was written, {folder} is as it was\n"
    assert sorted(course.joinpath("assignments").rglob("*")) == before
