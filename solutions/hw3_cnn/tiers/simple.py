"""Reaches simple: a small convolutional network on the pictures as they are."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset


class PictureFolder(Dataset):
    def __init__(self, folder):
        files = sorted(folder.glob("*.png")) + sorted(folder.glob("*.jpg"))
        self.images = [np.array(Image.open(file).convert("RGB").resize((32, 32))) for file in files]
        self.labels = [int(file.stem.split("_")[0]) for file in files]

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        return to_float(torch.from_numpy(self.images[i])), self.labels[i]


def to_float(images):
    return images.movedim(-1, -3).float() / 255 - 0.5


def build_model():
    return nn.Sequential(
        nn.Conv2d(3, 16, kernel_size=5, stride=2, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(512, 64),
        nn.ReLU(),
        nn.Linear(64, 11),
    )


def train(model, data, *, seed, device, log):
    generator = torch.Generator().manual_seed(seed)
    loader = DataLoader(PictureFolder(data / "training"), batch_size=32, shuffle=True, generator=generator)
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    history = {"train_loss": []}
    for epoch in range(15):
        total = 0.0
        for x, y in loader:
            loss = nn.functional.cross_entropy(model(x.to(device)), y.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        history["train_loss"].append(total / len(loader.dataset))
        log("train_loss", history["train_loss"][-1], epoch)
    return history


@torch.no_grad()
def predict(model, inputs):
    return model(to_float(inputs)).argmax(1)
