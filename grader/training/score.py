"""The public evaluation: the saved file is scored as the grader will score it, on a split whose targets are public."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_model
from torch import Tensor, nn

from grader.assignment import Assignment
from grader.checkers import CheckFailed
from grader.checkers.metrics import measure, tier_reached
from grader.datasets import Items
from grader.errors import ContentError
from grader.training.student import ModelCode, StudentCodeError, model_code


@dataclass(frozen=True)
class Score:
    """The value of the assignment's metric, and the hardest tier that it reaches (None: none)."""

    metric: str
    value: float
    tier: str | None


def score_at_home(
    assignment: Assignment,
    student_dir: Path,
    weights: Path,
    inputs: Items,
    targets: Items,
    *,
    device: str = "cpu",
) -> Score:
    """Builds the model anew, loads ``weights`` into it and rates its predictions.

    So what is not in the file (a scale that is no buffer, say) is missing here as it would be at the grader's.
    Raises StudentCodeError if the weights do not fit or the predictions cannot be rated.
    """
    part = assignment.model
    if part is None:
        raise ContentError(f"{assignment.slug} has no [model] part in its manifest")
    with model_code(student_dir, part.module) as code:
        model = trained_model(code, weights).to(device)
        with torch.no_grad():
            predictions = code.predict(model, _to(inputs, device))
    try:
        value = measure(part.metric, predictions, targets)
    except CheckFailed as error:
        raise StudentCodeError(f"{part.module}.py: predict: {error}") from error
    return Score(part.metric, value, tier_reached(value, part.tiers, part.metric))


def trained_model(code: ModelCode, weights: Path) -> nn.Module:
    """A new model with the saved weights, in eval mode. Raises StudentCodeError if they do not fit."""
    model = code.build_model()
    if not isinstance(model, nn.Module):
        raise StudentCodeError(f"build_model() must return an nn.Module, not {type(model).__name__}")
    try:
        load_model(model, weights)
    except (SafetensorError, RuntimeError, ValueError) as error:
        raise StudentCodeError(f"{weights.name} does not fit the model that build_model() builds: {error}") from error
    return model.eval()


def _to(inputs: Items, device: str) -> Items:
    if isinstance(inputs, Tensor):
        return inputs.to(device)
    return [item.to(device) if isinstance(item, Tensor) else item for item in inputs]  # type: ignore[return-value]
