"""Reaches medium: quarter turns and mirror images in training, batch normalisation, the best epoch kept."""

from __future__ import annotations

import copy
import random

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset


class PictureFolder(Dataset):
    """Pictures (3, 32, 32), turned and mirrored at random if ``rng`` is given."""

    def __init__(self, folder, rng=None):
        self.files = sorted(p for p in folder.iterdir() if p.suffix in (".png", ".jpg"))
        pictures = [Image.open(p).convert("RGB").resize((32, 32)) for p in self.files]
        self.images = torch.tensor(np.stack(pictures)).permute(0, 3, 1, 2) / 255
        self.rng = rng

    def __len__(self):
        return len(self.files)

    def __getitem__(self, i):
        image, label = self.images[i], int(self.files[i].stem.split("_")[0])
        if self.rng is not None:
            image = torch.rot90(image, self.rng.randrange(4), (1, 2))
            if self.rng.random() < 0.5:
                image = image.flip(2)
        return image, label


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.zeros(1, 3, 1, 1))
        self.register_buffer("std", torch.ones(1, 3, 1, 1))
        self.cnn = nn.Sequential(
            nn.Conv2d(3, 16, 5, 2, 2), nn.BatchNorm2d(16), nn.ReLU(),
            nn.Conv2d(16, 24, 3, 1, 1), nn.BatchNorm2d(24), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(24, 48, 3, 1, 1), nn.BatchNorm2d(48), nn.ReLU(), nn.MaxPool2d(2),
        )  # fmt: skip
        self.fc = nn.Linear(48 * 4 * 4, 11)

    def forward(self, x):
        return self.fc(self.cnn((x - self.mean) / self.std).flatten(1))


def build_model():
    return Classifier()


def train(model, data, *, seed, device, log):
    train_set = PictureFolder(data / "training", random.Random(seed))
    valid_set = PictureFolder(data / "validation")
    model.mean.copy_(train_set.images.mean((0, 2, 3), keepdim=True))
    model.std.copy_(train_set.images.std((0, 2, 3), keepdim=True))
    model.to(device)
    loader = DataLoader(train_set, 64, shuffle=True, generator=torch.Generator().manual_seed(seed))
    valid_loader = DataLoader(valid_set, 128)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3, weight_decay=1e-4)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 15)
    history = {"train_acc": [], "valid_acc": []}
    best_acc, best = 0, None
    for epoch in range(15):
        model.train()
        correct = 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            logits = model(x)
            optimizer.zero_grad()
            nn.functional.cross_entropy(logits, y).backward()
            optimizer.step()
            correct += (logits.argmax(1) == y).sum().item()
        scheduler.step()
        model.eval()
        with torch.no_grad():
            right = sum((model(x.to(device)).argmax(1).cpu() == y).sum().item() for x, y in valid_loader)
        accs = correct / len(train_set), right / len(valid_set)
        for name, acc in zip(history, accs, strict=True):
            history[name].append(acc)
            log(name, acc, epoch)
        if accs[1] > best_acc:
            best_acc, best = accs[1], copy.deepcopy(model.state_dict())
    model.load_state_dict(best)
    return history


def predict(model, inputs):
    model.eval()
    with torch.no_grad():
        return model(inputs.permute(0, 3, 1, 2) / 255).argmax(dim=1)
