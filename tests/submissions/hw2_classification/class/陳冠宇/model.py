"""A convolution hears the sounds, a recurrent network in both directions hears who speaks."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence


def read_training_data(data: Path) -> tuple[list[Tensor], list[Tensor]]:
    """The utterances of train_split.txt in the folder ``data``, in its order."""
    names = (data / "train_split.txt").read_text().split()
    rows = (line.split() for line in (data / "train_labels.txt").read_text().splitlines())
    phones = {name: torch.tensor([int(number) for number in numbers]) for name, *numbers in rows}
    features = [torch.load(data / "feat" / "train" / f"{name}.pt", weights_only=True) for name in names]
    return features, [phones[name] for name in names]


class PhoneModel(nn.Module):
    """Seven frames at once, then the whole utterance."""

    def __init__(self) -> None:
        super().__init__()
        self.ears = nn.Sequential(nn.Conv1d(39, 48, 7, padding=3), nn.BatchNorm1d(48), nn.ReLU(), nn.Dropout(0.1))
        self.memory = nn.GRU(48, 40, batch_first=True, bidirectional=True)
        self.mouth = nn.Sequential(nn.Dropout(0.2), nn.Linear(80 + 48, 41))

    def forward(self, x: Tensor) -> Tensor:
        """(N, T, 39) -> (N, T, 41)"""
        heard = self.ears(x.mT).mT
        return self.mouth(torch.cat([self.memory(heard)[0], heard], dim=-1))


def build_model() -> nn.Module:
    return PhoneModel()


def train(
    model: nn.Module, data: Path, *, seed: int, device: str, log: Callable[[str, float, int], None]
) -> dict[str, list[float]]:
    """AdamW and one cycle; the weights of the best epoch stay."""
    xs, ys = read_training_data(data)
    xs, ys = [x.to(device) for x in xs], [y.to(device) for y in ys]
    cut = len(xs) - 15
    model.to(device)
    epochs, size = 24, 10
    optimizer = torch.optim.AdamW(model.parameters(), lr=8e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 8e-3, epochs=epochs, steps_per_epoch=-(-cut // size))
    generator = torch.Generator().manual_seed(seed)
    history: dict[str, list[float]] = {"train_loss": [], "validation_accuracy": []}
    best, top = None, -1.0
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for batch in torch.randperm(cut, generator=generator).split(size):
            logits = model(pad_sequence([xs[i] for i in batch], batch_first=True))
            target = pad_sequence([ys[i] for i in batch], batch_first=True, padding_value=-1)
            loss = nn.functional.cross_entropy(logits.mT, target, ignore_index=-1)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item() * len(batch) / cut
        guesses = predict(model, xs[cut:])
        accuracy = (torch.cat(guesses) == torch.cat(ys[cut:])).double().mean().item()
        if accuracy > top:
            best, top = copy.deepcopy(model.state_dict()), accuracy
        history["train_loss"].append(total)
        history["validation_accuracy"].append(accuracy)
        for name, values in history.items():
            log(name, values[-1], epoch)
    model.load_state_dict(best)
    return history


@torch.no_grad()
def predict(model: nn.Module, inputs: list[Tensor]) -> list[Tensor]:
    """One utterance at a time: no padding."""
    model.eval()
    return [model(x[None])[0].argmax(dim=1) for x in inputs]
