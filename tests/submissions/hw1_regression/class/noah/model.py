"""The trained model: tells today's share of positive tests from three days of a survey.

The handout (README.md) has the columns of the data, the four tiers and hints for each of them.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import torch
from torch import Tensor, nn

YESTERDAY = 75  # the column of yesterday's tested_positive; 57 is that of the day before


def read_training_data(data: Path) -> tuple[Tensor, Tensor]:
    """Given: the training file of the folder ``data`` without its ids.

    Returns:
        inputs (N, 93) and targets (N,), float32; the rows of a state follow one another, days ascending.
    """
    table = torch.tensor(pd.read_csv(data / "covid.train.csv").to_numpy("float32"))
    return table[:, 1:-1], table[:, -1]


class SurveyModel(nn.Module):
    """A network that scales its own inputs: raw rows in, predictions out.

    What it needs besides its weights (which columns, their means and deviations in the training rows) it keeps
    as buffers (``self.register_buffer``): so they are saved with the weights and move to the GPU with them.
    """

    def __init__(self) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        """Raw rows (N, 93), unscaled -> predictions (N,)."""
        raise NotImplementedError


def build_model() -> nn.Module:
    """A new, untrained model, on the CPU.

    The grader calls it, loads your saved weights into it and then calls ``predict``. So it takes no arguments,
    reads no files, and every number that the training finds is a parameter or a buffer of the model.
    """
    raise NotImplementedError


def train(
    model: nn.Module,
    data: Path,
    *,
    seed: int,
    device: str,
    log: Callable[[str, float, int], None],
) -> dict[str, list[float]]:
    """Trains ``model`` in place and leaves it with the weights of its best epoch.

    Args:
        model: what ``build_model`` returned; move it to ``device``.
        data: the folder that holds covid.train.csv and covid.test.csv.
        seed: of every draw that you make (``torch.Generator().manual_seed(seed)``): with the same seed on the
            same machine the same weights must come out. The global generators were seeded with it, too.
        device: "cpu" or "cuda".
        log: ``log("validation_rmse", 1.25, epoch)`` shows a number, draws its curve and writes it to
            TensorBoard.
    Returns:
        the history: a name -> one number an epoch, for instance {"train_rmse": [...], "validation_rmse": [...]}.
    """
    raise NotImplementedError


def predict(model: nn.Module, inputs: Tensor) -> Tensor:
    """Today's tested_positive for raw rows, in percent.

    Args:
        model: with the trained weights.
        inputs: (N, 93), float32, not scaled, on the model's device.
    Returns:
        (N,), float32.
    """
    raise NotImplementedError
