"""One frame through one hidden layer."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

HIDDEN, EPOCHS, BATCH = 64, 6, 256


def build_model():
    return nn.Sequential(nn.Linear(39, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 41))


def _load(data):
    xs, ys = [], []
    for line in (data / "train_labels.txt").read_text().splitlines():
        name, *numbers = line.split()
        xs.append(torch.load(data / "feat" / "train" / (name + ".pt")))
        ys.append(torch.tensor([int(n) for n in numbers]))
    return xs, ys


def train(model, data, *, seed, device, log):
    xs, ys = _load(data)
    # every tenth utterance is held out
    held = [i for i in range(len(xs)) if i % 10 == 0]
    rest = [i for i in range(len(xs)) if i % 10]
    x, y = torch.cat([xs[i] for i in rest]).to(device), torch.cat([ys[i] for i in rest]).to(device)
    xv, yv = torch.cat([xs[i] for i in held]).to(device), torch.cat([ys[i] for i in held]).to(device)
    model.to(device)
    opt = torch.optim.Adam(model.parameters(), lr=2e-3)
    g = torch.Generator().manual_seed(seed)
    history = {"train_loss": [], "validation_accuracy": []}
    for epoch in range(EPOCHS):
        order = torch.randperm(len(x), generator=g).to(device)
        total, batches = 0.0, 0
        for start in range(0, len(x), BATCH):
            idx = order[start : start + BATCH]
            loss = F.cross_entropy(model(x[idx]), y[idx])
            opt.zero_grad()
            loss.backward()
            opt.step()
            total, batches = total + loss.item(), batches + 1
        with torch.no_grad():
            accuracy = (model(xv).argmax(1) == yv).float().mean().item()
        history["train_loss"].append(total / batches)
        history["validation_accuracy"].append(accuracy)
        log("train_loss", total / batches, epoch)
        log("validation_accuracy", accuracy, epoch)
    return history


def predict(model, inputs):
    with torch.no_grad():
        return [model(x).argmax(1) for x in inputs]
