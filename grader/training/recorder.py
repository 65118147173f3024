"""What the student's ``train`` logs: kept for the curves, written to TensorBoard, shown while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch

Curve = list[tuple[int, float]]


class Progress(Protocol):
    """Shows how far a training has come."""

    def update(self, step: int, latest: Mapping[str, float]) -> None:
        """After each logged number: its step, and the latest number of every name."""


class ScalarWriter(Protocol):
    """What is used of ``torch.utils.tensorboard.SummaryWriter``."""

    def add_scalar(self, tag: str, scalar_value: float, global_step: int) -> None: ...


@dataclass(frozen=True)
class Recorder:
    """The ``log`` that ``train`` gets: ``log(name, value, step)``.

    curves: name -> (step, value) in the order in which they were logged.
    """

    writer: ScalarWriter
    progress: Progress
    curves: dict[str, Curve] = field(default_factory=dict)

    def __call__(self, name: str, value: float, step: int) -> None:
        """Keep one number. A tensor of one element is a number too; NaN is one as well.

        Raises TypeError for a name that is no text, a value that is no number, a step that is no whole number.
        """
        if not isinstance(name, str):
            raise TypeError(f"log(name, value, step): the name must be a str, not {type(name).__name__}")
        number, step = _number(value), _whole(step)
        self.curves.setdefault(name, []).append((step, number))
        self.writer.add_scalar(name, number, step)
        self.progress.update(step, {name: curve[-1][1] for name, curve in self.curves.items()})


def _number(value: Any) -> float:
    if isinstance(value, torch.Tensor):
        value = value.detach()  # a loss with its graph is what is most often logged; PyTorch would warn
    try:
        return float(value)
    except (TypeError, ValueError, RuntimeError):  # RuntimeError: a tensor of several elements
        kind = type(value).__name__
        raise TypeError(f"log(name, value, step): the value must be a number, not this {kind}") from None


def _whole(step: Any) -> int:
    try:
        return int(step.__index__())
    except (AttributeError, TypeError):
        kind = type(step).__name__
        raise TypeError(f"log(name, value, step): the step must be a whole number, not {kind}") from None
