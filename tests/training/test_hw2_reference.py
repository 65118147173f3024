"""hw2_classification: the reference and every tier's model, trained as a student trains them."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
import torch

from grader.assignment import TIER_NAMES, Course
from grader.datasets import load_dataset
from grader.training import score_at_home, train_model
from grader.training.student import model_code

ROOT = Path(__file__).parents[2]
SOLUTION = ROOT / "solutions" / "hw2_classification"
FILES = {**{tier: SOLUTION / "tiers" / f"{tier}.py" for tier in TIER_NAMES}, "model": SOLUTION / "model.py"}


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """As in the grader; and small tensors are slower with two."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("name", FILES)
def test_a_tiers_model_rates_every_frame_by_its_own_utterance(name: str):
    torch.manual_seed(0)
    inputs = [torch.randn(frames, 39) for frames in (7, 1, 40, 12)]
    with model_code(FILES[name].parent, FILES[name].stem) as code:
        model = code.build_model().eval()
        together = code.predict(model, inputs)
        alone = [code.predict(model, [x])[0] for x in inputs]
    assert [(p.shape, p.dtype) for p in together] == [((len(x),), torch.int64) for x in inputs]
    assert all(torch.equal(a, b) for a, b in zip(together, alone, strict=True))


@pytest.fixture
def student() -> SimpleNamespace:
    """The reference's functions, by name."""
    return SimpleNamespace(**{**vars(loaded(SOLUTION / "critical_points.py")), **vars(loaded(SOLUTION / "model.py"))})


def loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"hw2_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def draw(student: SimpleNamespace, out: Path) -> set[str]:
    """The pictures that an untrained model gives on a few utterances."""
    torch.manual_seed(0)
    split = load_dataset(ROOT / "datasets" / "phone_frames").split(3)
    few = SimpleNamespace(inputs=split.inputs[:12], targets=split.targets[:12])
    pictures = loaded(ROOT / "assignments" / "hw2_classification" / "pictures.py")
    pictures.draw(student, student.build_model().eval(), few, out)
    return {path.name for path in out.iterdir() if path.read_bytes().startswith(b"\x89PNG")}


def test_the_pictures_are_drawn_with_the_students_functions(student: SimpleNamespace, tmp_path: Path):
    assert draw(student, tmp_path) == {"confusion.png", "saddle.png"}


@pytest.mark.parametrize(
    ("stub", "left"),
    [("hessian", {"confusion.png"}), ("escape_direction", {"confusion.png"}), ("predict", {"saddle.png"})],
)
def test_a_picture_whose_function_is_a_stub_is_left_out(
    student: SimpleNamespace, tmp_path: Path, stub: str, left: set[str]
):
    def not_written(*args: object) -> object:
        raise NotImplementedError

    setattr(student, stub, not_written)
    assert draw(student, tmp_path) == left


@pytest.mark.heavy
@pytest.mark.parametrize("name", FILES)
def test_a_tiers_model_reaches_its_tier_with_the_same_bits_twice(name: str, tmp_path: Path, shown):
    assignment = Course(ROOT).assignment("hw2_classification")
    dataset = load_dataset(ROOT / "datasets" / assignment.model.dataset)
    data = dataset.prepare(tmp_path / "cache")
    student = tmp_path / "student"
    student.mkdir()
    shutil.copy(FILES[name], student / "model.py")  # alone: a model module needs no other file
    records = [
        train_model(assignment, student, data, tmp_path / out, seed=42069, device="cpu", progress=shown)
        for out in ("one", "two")
    ]
    assert records[0].weights == records[1].weights
    assert max(record.seconds for record in records) < 90
    split = dataset.split(20220304)
    weights = tmp_path / "one" / assignment.model.weights
    score = score_at_home(assignment, student, weights, split.inputs, split.targets)
    assert score.tier == ("boss" if name == "model" else name)
