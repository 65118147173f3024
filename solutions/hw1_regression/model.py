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
        ### BEGIN SOLUTION
        days = torch.tensor([40, 58, 76])  # where each of the three days begins
        symptoms, mask, event = range(4), 4, 10  # cli, ili, hh_cmnty_cli, nohh_cmnty_cli; see the handout
        columns = [days + q for q in (*symptoms, mask, event)]
        self.register_buffer("columns", torch.cat([*columns, torch.tensor([YESTERDAY - 18, YESTERDAY])]))
        width = len(self.columns)
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("deviation", torch.ones(width))
        self.register_buffer("step", torch.ones(()))  # the size of a usual change from day to day
        self.net = nn.Sequential(nn.Linear(width, 64), nn.SiLU(), nn.Linear(64, 32), nn.SiLU(), nn.Linear(32, 1))
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Raw rows (N, 93), unscaled -> predictions (N,)."""
        ### BEGIN SOLUTION
        z = (x[:, self.columns] - self.mean) / self.deviation  # (N, 20)
        return x[:, YESTERDAY] + self.step * self.net(z).squeeze(1)  # only the change is learnt
        ### END SOLUTION


def build_model() -> nn.Module:
    """A new, untrained model, on the CPU.

    The grader calls it, loads your saved weights into it and then calls ``predict``. So it takes no arguments,
    reads no files, and every number that the training finds is a parameter or a buffer of the model.
    """
    ### BEGIN SOLUTION
    return SurveyModel()
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    inputs, targets = read_training_data(data)
    state, fit, held = inputs[:, :40].argmax(dim=1), [], []
    for s in state.unique():  # the last days of each state are held out; rows 1 or 2 before them share days
        rows = (state == s).nonzero().flatten()
        v = 3 * len(rows) // 20
        fit.append(rows[: len(rows) - v - 2])
        held.append(rows[len(rows) - v :])
    fit, held = torch.cat(fit), torch.cat(held)

    used = inputs[fit][:, model.columns]
    model.mean.copy_(used.mean(dim=0))
    model.deviation.copy_(used.std(dim=0))
    model.step.copy_((targets - inputs[:, YESTERDAY])[fit].std())
    model.to(device)
    x, y = inputs[fit].to(device), targets[fit].to(device)
    x_held, y_held = inputs[held].to(device), targets[held].to(device)
    epochs, batch_size = 150, 128
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    generator = torch.Generator().manual_seed(seed)
    history: dict[str, list[float]] = {"train_rmse": [], "validation_rmse": []}
    best, best_state = math.inf, copy.deepcopy(model.state_dict())
    for epoch in range(epochs):
        model.train()
        squares = 0.0
        for batch in torch.randperm(len(x), generator=generator).to(device).split(batch_size):
            optimizer.zero_grad()
            error = model(x[batch]) - y[batch]
            loss = (error / model.step).square().mean()
            loss.backward()
            optimizer.step()
            squares += error.detach().square().sum().item()
        schedule.step()
        model.eval()
        with torch.no_grad():
            validation = (model(x_held) - y_held).square().mean().sqrt().item()
        for name, value in (("train_rmse", math.sqrt(squares / len(x))), ("validation_rmse", validation)):
            history[name].append(value)
            log(name, value, epoch)
        if validation < best:
            best, best_state = validation, copy.deepcopy(model.state_dict())
    model.load_state_dict(best_state)
    return history
    ### END SOLUTION


def predict(model: nn.Module, inputs: Tensor) -> Tensor:
    """Today's tested_positive for raw rows, in percent.

    Args:
        model: with the trained weights.
        inputs: (N, 93), float32, not scaled, on the model's device.
    Returns:
        (N,), float32.
    """
    ### BEGIN SOLUTION
    model.eval()
    with torch.no_grad():
        return model(inputs)
    ### END SOLUTION
