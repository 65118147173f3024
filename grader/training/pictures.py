"""Pictures of a trained model, drawn by the assignment's own ``pictures.py`` with the student's functions."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

from grader.assignment import PICTURES, Assignment
from grader.datasets import Split
from grader.training.score import trained_model
from grader.training.student import model_code

FOLDER = "pictures"


class _Student:
    """The names of all of the student's modules; one that is missing or broken raises NotImplementedError."""

    def __init__(self, modules: tuple[str, ...]) -> None:
        self._modules = modules

    def __getattr__(self, name: str) -> Any:
        for module in self._modules:
            try:
                return getattr(importlib.import_module(module), name)
            except Exception:  # a module that is not written yet must not cost the other pictures
                continue
        raise NotImplementedError(name)


def draw_pictures(
    assignment: Assignment, student_dir: Path, weights: Path, split: Split, out: Path
) -> tuple[Path, ...]:
    """Run ``assignments/<slug>/pictures.py``, if there is one; returns the files in ``out``/pictures.

    Whatever it raises is for the caller to tell: pictures are no part of the training, and never undo it.
    """
    script = assignment.folder / PICTURES
    part = assignment.model
    if part is None or not script.is_file():
        return ()
    folder = out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with model_code(student_dir, part.module) as code:
        model = trained_model(code, weights)
        with torch.no_grad():
            _loaded(script).draw(_Student(assignment.modules), model, split, folder)
    return tuple(sorted(folder.glob("*.png")))


def _loaded(script: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("grader_pictures", script)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
