# Every picture is turned by another angle each time it is seen.
from __future__ import annotations

import copy
import math
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn.functional import affine_grid, cross_entropy, grid_sample

EPOCHS, BATCH = 20, 64


def read(folder: Path) -> tuple[Tensor, Tensor]:
    files = sorted(path for path in folder.iterdir() if "_" in path.name)
    images = torch.stack([torch.tensor(np.array(Image.open(path).convert("RGB").resize((32, 32)))) for path in files])
    return scaled(images), torch.tensor([int(path.name.partition("_")[0]) for path in files])


def scaled(images: Tensor) -> Tensor:
    return images.movedim(-1, 1) / 255


def jitter(x: Tensor, generator: torch.Generator) -> Tensor:
    n = len(x)
    u = torch.rand(5, n, generator=generator)
    angle, zoom = u[0] * 2 * math.pi, 0.85 + 0.3 * u[1]
    mirror = 1 - 2 * (u[2] < 0.5).float()
    c, s = zoom * angle.cos(), zoom * angle.sin()
    theta = torch.stack([mirror * c, -s, 0.3 * u[3] - 0.15, mirror * s, c, 0.3 * u[4] - 0.15], dim=1).view(n, 2, 3)
    grid = affine_grid(theta.to(x.device), x.shape, align_corners=False)
    return grid_sample(x, grid, padding_mode="reflection", align_corners=False)


def conv(c_in: int, c_out: int, kernel: int = 3, stride: int = 1) -> list[nn.Module]:
    return [nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2), nn.BatchNorm2d(c_out), nn.ReLU()]


def build_model() -> nn.Module:
    whiten = nn.BatchNorm2d(3, affine=False)  # its running statistics are buffers
    head = [nn.MaxPool2d(2), nn.Flatten(), nn.Linear(32 * 16, 11)]
    return nn.Sequential(whiten, *conv(3, 16, 5, 2), *conv(16, 32), nn.MaxPool2d(2), *conv(32, 32), *head)


def train(model, data, *, seed, device, log):
    g = torch.Generator().manual_seed(seed)
    x, y = (t.to(device) for t in read(data / "training"))
    xv, yv = (t.to(device) for t in read(data / "validation"))
    model.to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=1e-3)
    steps = EPOCHS * math.ceil(len(x) / BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps)
    accuracies, best = [], None
    for epoch in range(EPOCHS):
        model.train()
        for batch in torch.randperm(len(x), generator=g).to(device).split(BATCH):
            optimizer.zero_grad()
            cross_entropy(model(jitter(x[batch], g)), y[batch]).backward()
            optimizer.step()
            schedule.step()
        model.eval()
        with torch.no_grad():
            accuracies.append((model(xv).argmax(1) == yv).float().mean().item())
        log("validation_accuracy", accuracies[-1], epoch)
        if accuracies[-1] == max(accuracies):
            best = copy.deepcopy(model.state_dict())
    model.load_state_dict(best)
    return {"validation_accuracy": accuracies}


def predict(model: nn.Module, inputs: Tensor) -> Tensor:
    model.eval()
    return torch.cat([model(scaled(part)).argmax(dim=1) for part in inputs.split(300)])
