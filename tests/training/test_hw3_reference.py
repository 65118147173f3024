"""hw3_cnn: the reference and every tier's model, trained as a student trains them."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from grader.assignment import TIER_NAMES, Course
from grader.datasets import load_dataset
from grader.training import score_at_home, train_model

ROOT = Path(__file__).parents[2]
SOLUTION = ROOT / "solutions" / "hw3_cnn"
FILES = {**{tier: SOLUTION / "tiers" / f"{tier}.py" for tier in TIER_NAMES}, "model": SOLUTION / "model.py"}
SECONDS = {"boss": 240, "model": 240}  # of CPU time for a training; 90 for the others


@pytest.mark.heavy
@pytest.mark.parametrize("name", FILES)
def test_a_tiers_model_reaches_its_tier_with_the_same_bits_twice(name: str, tmp_path: Path, shown):
    assignment = Course(ROOT).assignment("hw3_cnn")
    dataset = load_dataset(ROOT / "datasets" / assignment.model.dataset)
    data = dataset.prepare(tmp_path / "cache")
    student = tmp_path / "student"
    student.mkdir()
    shutil.copy(FILES[name], student / "model.py")  # alone: a model module needs no other file
    start = time.process_time()
    records = [
        train_model(assignment, student, data, tmp_path / out, seed=42069, device="cpu", progress=shown)
        for out in ("one", "two")
    ]
    assert records[0].weights == records[1].weights
    assert (time.process_time() - start) / 2 < SECONDS.get(name, 90)
    split = dataset.split(20220318)
    weights = tmp_path / "one" / assignment.model.weights
    score = score_at_home(assignment, student, weights, split.inputs, split.targets)
    assert score.tier == ("boss" if name == "model" else name)
