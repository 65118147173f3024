"""Convolutions along time: each layer looks a little further to both sides."""

from __future__ import annotations

import copy

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence


class TimeNet(nn.Module):
    """(N, T, 39) -> (N, T, 41); 27 frames in sight."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv1d(39, width, 7, padding=3),
            nn.BatchNorm1d(width),
            nn.ReLU(),
            nn.Dropout(0.15),
            nn.Conv1d(width, width, 7, padding=6, dilation=2),
            nn.BatchNorm1d(width),
            nn.ReLU(),
            nn.Dropout(0.15),
            nn.Conv1d(width, width, 5, padding=4, dilation=2),
            nn.BatchNorm1d(width),
            nn.ReLU(),
            nn.Conv1d(width, 41, 1),
        )

    def forward(self, x):
        return self.layers(x.transpose(1, 2)).transpose(1, 2)


def build_model():
    return TimeNet()


def train(model, data, *, seed, device, log):
    names = (data / "train_split.txt").read_text().split()
    lines = [line.split() for line in (data / "train_labels.txt").read_text().splitlines()]
    labels = {line[0]: torch.tensor([int(v) for v in line[1:]]) for line in lines}
    xs = [torch.load(data / "feat" / "train" / f"{name}.pt").to(device) for name in names]
    ys = [labels[name].to(device) for name in names]
    cut = len(xs) * 9 // 10
    model.to(device)
    epochs, size = 18, 8
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, epochs=epochs, steps_per_epoch=-(-cut // size))
    generator = torch.Generator().manual_seed(seed)
    history = {"train_loss": [], "validation_accuracy": []}
    best = copy.deepcopy(model.state_dict())
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for batch in torch.randperm(cut, generator=generator).split(size):
            logits = model(pad_sequence([xs[i] for i in batch], batch_first=True))
            target = pad_sequence([ys[i] for i in batch], batch_first=True, padding_value=-100)
            loss = nn.functional.cross_entropy(logits.transpose(1, 2), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(batch) / cut
        accuracy = (torch.cat(predict(model, xs[cut:])) == torch.cat(ys[cut:])).float().mean().item()
        if accuracy > max(history["validation_accuracy"], default=0.0):
            best = copy.deepcopy(model.state_dict())
        history["train_loss"].append(total)
        history["validation_accuracy"].append(accuracy)
        log("train_loss", total, epoch)
        log("validation_accuracy", accuracy, epoch)
    model.load_state_dict(best)
    return history


@torch.no_grad()
def predict(model, inputs):
    model.eval()
    return [model(x[None])[0].argmax(dim=-1) for x in inputs]
