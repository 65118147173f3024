"""Reaches strong: 21 frames and a deeper network with batch norm and dropout, its learning rate up and down."""

from __future__ import annotations

import copy

import torch
import torch.nn.functional as F
from torch import nn

N = 21


def concat(x):
    padded = F.pad(x.T[None], (N // 2, N // 2), mode="replicate")[0].T
    return torch.cat([padded[i : i + len(x)] for i in range(N)], dim=1)


class Deep(nn.Module):
    def __init__(self, width=256, layers=3, dropout=0.4):
        super().__init__()
        blocks, size = [], 39 * N
        for _ in range(layers):
            blocks += [nn.Linear(size, width), nn.BatchNorm1d(width), nn.ReLU(), nn.Dropout(dropout)]
            size = width
        self.blocks = nn.Sequential(*blocks, nn.Linear(size, 41))

    def forward(self, x):
        return self.blocks(x)


def build_model():
    return Deep()


def train(model, data, *, seed, device, log):
    names = (data / "train_split.txt").read_text().split()
    labels = {
        line.split()[0]: [int(v) for v in line.split()[1:]]
        for line in (data / "train_labels.txt").read_text().splitlines()
    }
    x = [torch.load(data / "feat" / "train" / (name + ".pt")).to(device) for name in names]
    y = [torch.tensor(labels[name], device=device) for name in names]
    cut = len(names) * 9 // 10
    frames, phones = torch.cat([concat(u) for u in x[:cut]]), torch.cat(y[:cut])
    model.to(device)
    epochs, size = 12, 256
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.01)
    steps = epochs * (len(frames) // size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps)
    generator = torch.Generator().manual_seed(seed)
    history = {"train_loss": [], "validation_accuracy": []}
    best = copy.deepcopy(model.state_dict())
    for epoch in range(epochs):
        model.train()
        order, total = torch.randperm(len(frames), generator=generator).to(device), 0.0
        for i in range(0, len(frames) - size + 1, size):
            batch = order[i : i + size]
            loss = F.cross_entropy(model(frames[batch]), phones[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        guess = torch.cat(predict(model, x[cut:]))
        accuracy = (guess == torch.cat(y[cut:])).float().mean().item()
        if accuracy > max(history["validation_accuracy"], default=0):
            best = copy.deepcopy(model.state_dict())
        history["train_loss"].append(total / (len(frames) // size))
        history["validation_accuracy"].append(accuracy)
        log("train_loss", history["train_loss"][-1], epoch)
        log("validation_accuracy", accuracy, epoch)
    model.load_state_dict(best)
    return history


def predict(model, inputs):
    model.eval()
    with torch.no_grad():
        return [model(concat(x)).argmax(1) for x in inputs]
