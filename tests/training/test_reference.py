"""train_reference: the course's own model, trained for the proof."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from grader.assignment import Assignment, Course
from grader.errors import ContentError
from grader.training import train_reference

ROOT = Path(__file__).parents[2]


def test_the_references_weights_are_written(
    assignment: Assignment, student: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    shutil.copytree(ROOT / "datasets" / "covid_survey", tmp_path / "datasets" / "covid_survey")
    chosen = replace(assignment, solution=student, model=replace(assignment.model, dataset="covid_survey"))
    record = train_reference(Course(tmp_path), chosen, tmp_path / "out", Console(quiet=True))
    assert record.seed == 42069
    assert (tmp_path / "out" / "model.safetensors").is_file()


def test_a_course_without_solutions_is_told(assignment: Assignment, tmp_path: Path):
    with pytest.raises(ContentError, match="line has no reference model on this machine"):
        train_reference(Course(tmp_path), assignment, tmp_path, Console(quiet=True))
