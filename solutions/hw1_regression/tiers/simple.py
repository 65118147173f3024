"""Reaches simple: a straight line through the positives of the last two days."""

from __future__ import annotations

import torch
from pandas import read_csv
from torch import nn

POSITIVES = (57, 75)


class Line(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 1)
        self.register_buffer("mean", torch.zeros(2))
        self.register_buffer("std", torch.ones(2))

    def forward(self, x):
        return self.linear((x[:, POSITIVES] - self.mean) / self.std).squeeze(1)


def build_model():
    return Line()


def train(model, data, *, seed, device, log):
    table = torch.tensor(read_csv(data / "covid.train.csv").to_numpy("float32"))[:, 1:].to(device)
    x, y = table[:, :-1], table[:, -1]
    model.to(device)
    model.mean.copy_(x[:, POSITIVES].mean(0))
    model.std.copy_(x[:, POSITIVES].std(0))
    # The two columns are nearly equal: momentum carries the line along the narrow valley.
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.95)
    history = {"train_rmse": []}
    for step in range(1000):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        history["train_rmse"].append(loss.item() ** 0.5)
        log("train_rmse", loss.item() ** 0.5, step)
    return history


@torch.no_grad()
def predict(model, inputs):
    return model(inputs)
