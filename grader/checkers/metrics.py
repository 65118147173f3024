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

Targets = Tensor | list[Tensor] | list[str]
"""N targets: a tensor (N, …); where lengths differ, N tensors; or N texts."""

_WHAT = "the predictions"


class Metric(NamedTuple):
    """A metric: the function of (predictions, targets), and which way is better."""

    function: Callable[[object, Targets], float]
    lower_is_better: bool


def rmse(predictions: object, targets: Targets) -> float:
    """The root of the mean squared error, √(1/N Σ (p − t)²), summed up in float64.

    Args:
        predictions: floating tensors of the shapes of ``targets``.
        targets: one tensor of any shape, or a list of them.
    Raises CheckFailed for anything else, and for NaN and Inf.
    """
    total, count = 0.0, 0
    for what, tensor, target in _pairs(predictions, targets):
        if not tensor.is_floating_point():
            raise fail(what, f"expected a floating dtype such as torch.float32, got {tensor.dtype}")
        error = tensor.detach().to("cpu", torch.float64) - target.to("cpu", torch.float64)
        total += error.square().sum().item()
        count += error.numel()
    return math.sqrt(total / count)


def accuracy(predictions: object, targets: Targets) -> float:
    """The share of right predictions over all samples, correct / total.

    Args:
        predictions: class numbers, integer tensors of the shapes of ``targets``.
        targets: class numbers, one tensor of any shape, or a list of them.
    Raises CheckFailed for anything else.
    """
    right, total = 0, 0
    for what, tensor, target in _pairs(predictions, targets):
        if tensor.is_floating_point() or tensor.is_complex() or tensor.dtype == torch.bool:
            raise fail(what, f"expected class numbers of an integer dtype (argmax?), got {tensor.dtype}")
        right += int((tensor.to("cpu", torch.int64) == target.to("cpu", torch.int64)).sum())
        total += tensor.numel()
    return right / total


def _pairs(predictions: object, targets: Targets) -> list[tuple[str, Tensor, Tensor]]:
    """What it is called, prediction, target: one triple for a tensor, one for each item of a list."""
    if isinstance(targets, Tensor):
        return [(_WHAT, check_tensor(predictions, shape=targets.shape, what=_WHAT), targets)]
    if not isinstance(predictions, (list, tuple)):
        raise fail(_WHAT, f"expected a list of {len(targets)} tensors, one for each input, not {_kind(predictions)}")
    if len(predictions) != len(targets):
        raise fail(_WHAT, f"expected {len(targets)} of them, one for each input, got {len(predictions)}")
    pairs = []
    for n, (prediction, target) in enumerate(zip(predictions, targets, strict=True)):
        assert isinstance(target, Tensor)
        what = f"prediction {n}"
        pairs.append((what, check_tensor(prediction, shape=target.shape, what=what), target))
    return pairs


def _kind(value: object) -> str:
    return f"a tensor {tuple(value.shape)}" if isinstance(value, Tensor) else f"a {type(value).__name__}"


_FUNCTIONS: Mapping[str, Callable[[object, Targets], float]] = {"rmse": rmse, "accuracy": accuracy}

METRICS: Mapping[str, Metric] = {
    name: Metric(_FUNCTIONS[name], not higher) for name, higher in HIGHER_IS_BETTER.items()
}
"""Every metric that a manifest may name."""


def measure(metric: str, predictions: object, targets: Targets) -> float:
    """The value of the metric of that name. Raises CheckFailed where the predictions cannot be rated."""
    value = METRICS[metric].function(predictions, targets)
    if not math.isfinite(value):
        raise fail(_WHAT, f"they are so far off that their {metric} is no finite number")
    return value


def tier_reached(value: float | None, tiers: Sequence[Tier], metric: str) -> str | None:
    """The name of the hardest tier that ``value`` reaches; None for no tier, no value and NaN."""
    if value is None or math.isnan(value):
        return None
    lower = METRICS[metric].lower_is_better
    names = [t.name for t in tiers if (value <= t.threshold if lower else value >= t.threshold)]
    return names[-1] if names else None
