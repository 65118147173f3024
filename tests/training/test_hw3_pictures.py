"""hw3_cnn's pictures.py: what it draws of a model, and what it leaves out."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

from grader.datasets import Split

FILE = Path(__file__).parents[2] / "assignments" / "hw3_cnn" / "pictures.py"


@pytest.fixture
def pictures() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hw3_pictures", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def split() -> Split:
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randint(0, 256, (44, 32, 32, 3), dtype=torch.uint8, generator=generator)
    return Split(inputs, torch.arange(44) % 11)


def student(split: Split, wrong: int) -> SimpleNamespace:
    """Whose model takes ``wrong`` pictures for something else."""

    def predict(model: nn.Module, inputs: Tensor) -> Tensor:
        return (split.targets + (torch.arange(len(inputs)) < wrong)) % 11

    return SimpleNamespace(
        predict=predict,
        affine_grid=lambda theta, size: functional.affine_grid(theta, list(size), align_corners=False),
        grid_sample=lambda x, grid: functional.grid_sample(x, grid, align_corners=False),
    )


def drawn(folder: Path) -> set[str]:
    for file in folder.iterdir():
        with Image.open(file) as picture:
            assert min(picture.size) > 100
    return {file.name for file in folder.iterdir()}


def test_filters_mistakes_and_a_turned_picture_are_drawn(pictures: ModuleType, split: Split, tmp_path: Path):
    model = nn.Sequential(nn.BatchNorm2d(3), nn.Conv2d(3, 5, 3), nn.Conv2d(5, 3, 3))
    pictures.draw(student(split, wrong=30), model, split, tmp_path)
    assert drawn(tmp_path) == {"filters.png", "mistakes.png", "turned.png"}


def test_what_there_is_not_is_left_out(pictures: ModuleType, split: Split, tmp_path: Path):
    def stub(*arguments: object) -> Tensor:
        raise NotImplementedError

    unfinished = student(split, wrong=0)
    unfinished.affine_grid = stub
    pictures.draw(unfinished, nn.Sequential(nn.Flatten(), nn.Linear(3072, 11)), split, tmp_path)
    assert drawn(tmp_path) == set()
