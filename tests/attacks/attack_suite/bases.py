"""The submissions that attacks start from: everything wrong, or everything right."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save

COURSE = Path(__file__).resolve().parent.parent / "course"
FULL_MARKS = "14"

WRONG = b'''"""Every answer is wrong, and cheap."""

import torch
from torch import nn


def square(x):
    return x * 0 + 12345.0


def apply_twice(f, x):
    return x * 0 + 12345.0


def countdown(n):
    yield 12345


def summary(values, name):
    return {"name": 12345}


class Counter:
    total = 12345

    def add(self, n):
        pass

    def __len__(self):
        return 12345


class Affine(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(n, dtype=torch.float64))
        self.bias = nn.Parameter(torch.zeros(n, dtype=torch.float64))

    def forward(self, x):
        return x * self.weight * 0 + 12345.0


def draw(n, generator):
    return torch.full((n,), 12345.0)


def total_of_file(path):
    return 12345


def curvature(f, x):
    return x * 0 + 12345.0
'''

WRONG_MODEL = b'''"""Predicts one wrong number."""

from torch import nn


def build_model():
    return nn.Linear(2, 1)


def predict(model, inputs):
    return inputs.sum(-1) * 0 + 12345.0
'''


def weights(*slopes: float, bias: float = 0.5) -> bytes:
    """A checkpoint of the model; (3, −2) is the right one."""
    return save({"weight": torch.tensor([slopes]), "bias": torch.tensor([bias])})


def bases() -> dict[str, dict[str, bytes]]:
    """The files of the submissions "wrong" (0 points) and "right" (full marks)."""
    solution = COURSE / "solutions" / "everything"
    right = {name: (solution / name).read_bytes() for name in ("victim.py", "model.py")}
    return {
        "wrong": {"victim.py": WRONG, "model.py": WRONG_MODEL, "model.safetensors": weights(0.0, 0.0)},
        "right": {**right, "model.safetensors": weights(3.0, -2.0)},
    }
