"""A course with one small model, and a progress that keeps what it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pytest
import torch

from grader.assignment import Assignment, ModelPart, Tier
from grader.limits import Limits

MODEL = '''
"""A line through the origin."""
import torch
from torch import nn
from helper import RATE


class Line(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.randn(2))

    def forward(self, x):
        return x @ self.w


def build_model():
    return Line()


def train(model, data, *, seed, device, log):
    x = torch.randn(64, 2, generator=torch.Generator().manual_seed(seed))
    y = x @ torch.tensor([1.0, -2.0])
    history = {"train_rmse": []}
    for step in range(30):
        loss = (model(x) - y).square().mean()
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            model.w -= RATE * model.w.grad
        log("train_rmse", loss.sqrt(), step)
        history["train_rmse"].append(loss.sqrt().item())
    return history


def predict(model, inputs):
    return model(inputs)
'''


class Shown:
    """A progress that keeps what it is told."""

    def __init__(self) -> None:
        self.updates: list[tuple[int, dict[str, float]]] = []

    def update(self, step: int, latest: Mapping[str, float]) -> None:
        self.updates.append((step, dict(latest)))


@pytest.fixture
def shown() -> Shown:
    return Shown()


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    """An assignment whose model part is the line."""
    tiers = (Tier("simple", 0.5, Decimal(10)), Tier("medium", 0.1, Decimal(10)))
    part = ModelPart("model", "model.safetensors", "line", "rmse", Limits(), tiers)
    return Assignment(
        slug="line",
        title="A line",
        version="1.0",
        points=Decimal(20),
        modules=("helper", "model"),
        limits=Limits(),
        hidden_feedback="title",
        preload=(),
        model=part,
        folder=tmp_path / "assignments" / "line",
        solution=None,
    )


@pytest.fixture
def student(tmp_path: Path) -> Path:
    """A folder with a right model module and its neighbour."""
    folder = tmp_path / "student"
    folder.mkdir()
    (folder / "helper.py").write_text("RATE = 0.2\n")
    (folder / "model.py").write_text(MODEL)
    return folder


@pytest.fixture
def edit(student: Path) -> Callable[[str, str], None]:
    """``edit(old, new)`` changes the student's model module."""

    def change(old: str, new: str) -> None:
        path = student / "model.py"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return change


@pytest.fixture(autouse=True)
def _torch_as_before() -> Iterator[None]:
    """Training sets knobs for the whole process; give them back."""
    strict, threads = torch.are_deterministic_algorithms_enabled(), torch.get_num_threads()
    yield
    torch.use_deterministic_algorithms(strict)
    torch.set_num_threads(threads)
