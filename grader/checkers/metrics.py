"""How good a model's predictions are: one number, and the tier that it reaches."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from grader.assignment import HIGHER_IS_BETTER, Tier
from grader.checkers.failure import fail
from grader.checkers.tensors import check_tensor

_WHAT = "the predictions"


class Metric(NamedTuple):
    """A metric: the function of (predictions, targets), and which way is better."""

    function: Callable[[object, Tensor], float]
    lower_is_better: bool


def rmse(predictions: object, targets: Tensor) -> float:
    """The root of the mean squared error, √(1/N Σ (p − t)²), summed up in float64.

    Args:
        predictions: a floating tensor of the shape of ``targets``.
        targets: any shape.
    Raises CheckFailed for anything else, and for NaN and Inf.
    """
    tensor = check_tensor(predictions, shape=targets.shape, what=_WHAT)
    if not tensor.is_floating_point():
        raise fail(_WHAT, f"expected a floating dtype such as torch.float32, got {tensor.dtype}")
    error = tensor.detach().to("cpu", torch.float64) - targets.to("cpu", torch.float64)
    return math.sqrt(error.square().mean().item())


def accuracy(predictions: object, targets: Tensor) -> float:
    """The share of right predictions, correct / total.

    Args:
        predictions: class numbers, an integer tensor of the shape of ``targets``.
        targets: class numbers, any shape.
    Raises CheckFailed for anything else.
    """
    tensor = check_tensor(predictions, shape=targets.shape, what=_WHAT)
    if tensor.is_floating_point() or tensor.is_complex() or tensor.dtype == torch.bool:
        raise fail(_WHAT, f"expected class numbers of an integer dtype (argmax?), got {tensor.dtype}")
    right = tensor.to("cpu", torch.int64) == targets.to("cpu", torch.int64)
    return int(right.sum()) / right.numel()


_FUNCTIONS: Mapping[str, Callable[[object, Tensor], float]] = {"rmse": rmse, "accuracy": accuracy}

METRICS: Mapping[str, Metric] = {
    name: Metric(_FUNCTIONS[name], not higher) for name, higher in HIGHER_IS_BETTER.items()
}
"""Every metric that a manifest may name."""


def measure(metric: str, predictions: object, targets: Tensor) -> float:
    """The value of the metric of that name. Raises CheckFailed where the predictions cannot be rated."""
    return METRICS[metric].function(predictions, targets)


def tier_reached(value: float | None, tiers: Sequence[Tier], metric: str) -> str | None:
    """The name of the hardest tier that ``value`` reaches; None for no tier, no value and NaN."""
    if value is None or math.isnan(value):
        return None
    lower = METRICS[metric].lower_is_better
    names = [t.name for t in tiers if (value <= t.threshold if lower else value >= t.threshold)]
    return names[-1] if names else None
