"""The trained model: two convolutions and two linear layers, on the pictures as they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn


def pictures(folder: Path) -> tuple[Tensor, Tensor]:
    """(N, 32, 32, 3), uint8, and the numbers before the "_"."""
    images, labels = [], []
    for file in sorted(folder.glob("*.*")):
        images.append(np.array(Image.open(file).convert("RGB").resize((32, 32))))
        labels.append(int(file.stem.split("_")[0]))
    return torch.from_numpy(np.stack(images)), torch.tensor(labels)


def centred(images: Tensor) -> Tensor:
    return images.permute(0, 3, 1, 2).float() / 255 - 0.5


class SmallNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 16, 5, stride=2, padding=2)
        self.second = nn.Conv2d(16, 32, 3, padding=1)
        self.hidden = nn.Linear(32 * 4 * 4, 64)
        self.last = nn.Linear(64, 11)

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.first(x)), 2)
        x = F.max_pool2d(F.relu(self.second(x)), 2)
        return self.last(F.relu(self.hidden(x.flatten(1))))


def build_model() -> nn.Module:
    return SmallNet()


def train(model, data, *, seed, device, log):
    generator = torch.Generator().manual_seed(seed)
    images, labels = pictures(data / "training")
    x, y = centred(images).to(device), labels.to(device)
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    history = {"train_loss": []}
    for epoch in range(15):
        losses = []
        for batch in torch.randperm(len(x), generator=generator).split(32):
            loss = F.cross_entropy(model(x[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        history["train_loss"].append(sum(losses) / len(losses))
        log("train_loss", history["train_loss"][-1], epoch)
    return history


def predict(model: nn.Module, inputs: Tensor) -> Tensor:
    return model(centred(inputs)).argmax(dim=1)
