"""Reaches strong: training pictures turned by any angle, mirrored, moved and zoomed."""

from __future__ import annotations

import copy
from math import pi

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn.functional import affine_grid, cross_entropy, grid_sample


def read(folder):
    """All pictures of a folder (N, 3, 32, 32), 0 … 1, and their labels."""
    files = sorted([*folder.glob("*.png"), *folder.glob("*.jpg")])
    images = np.stack([Image.open(f).convert("RGB").resize((32, 32)) for f in files])
    return prepare(torch.from_numpy(images)), torch.tensor([int(f.name.split("_")[0]) for f in files])


def prepare(images):
    return images.permute(0, 3, 1, 2).float() / 255


def augment(x, g):
    n = len(x)
    phi = torch.rand(n, generator=g) * 2 * pi
    zoom = torch.empty(n).uniform_(0.85, 1.15, generator=g)
    rotation = torch.stack([phi.cos(), -phi.sin(), phi.sin(), phi.cos()], 1).view(n, 2, 2) * zoom.view(n, 1, 1)
    rotation[torch.rand(n, generator=g) < 0.5, :, 0] *= -1  # mirrored
    shift = torch.empty(n, 2, 1).uniform_(-0.15, 0.15, generator=g)
    theta = torch.cat([rotation, shift], 2).to(x.device)
    grid = affine_grid(theta, x.shape, align_corners=False)
    return grid_sample(x, grid, padding_mode="reflection", align_corners=False)


def layer(c_in, c_out, k=3, stride=1):
    return nn.Sequential(nn.Conv2d(c_in, c_out, k, stride, k // 2), nn.BatchNorm2d(c_out), nn.ReLU())


def build_model():
    return nn.Sequential(
        nn.BatchNorm2d(3, affine=False),  # normalises with the mean and variance of the pictures
        layer(3, 16, 5, 2),
        layer(16, 32),
        nn.MaxPool2d(2),
        layer(32, 32),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * 4 * 4, 11),
    )


def train(model, data, *, seed, device, log):
    g = torch.Generator().manual_seed(seed)
    (x, y), (xv, yv) = ([t.to(device) for t in read(data / name)] for name in ("training", "validation"))
    model.to(device)
    epochs = 18
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=1e-3)
    per_epoch = len(x) // 64
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, epochs=epochs, steps_per_epoch=per_epoch)
    history, best = {"validation_accuracy": []}, None
    for epoch in range(epochs):
        model.train()
        for batch in torch.randperm(len(x), generator=g)[: 64 * per_epoch].view(-1, 64).to(device):
            optimizer.zero_grad()
            cross_entropy(model(augment(x[batch], g)), y[batch]).backward()
            optimizer.step()
            scheduler.step()
        model.eval()
        with torch.no_grad():
            accuracy = (model(xv).argmax(1) == yv).float().mean().item()
        log("validation_accuracy", accuracy, epoch)
        if accuracy >= max(history["validation_accuracy"], default=0):
            best = copy.deepcopy(model.state_dict())
        history["validation_accuracy"].append(accuracy)
    model.load_state_dict(best)
    return history


@torch.no_grad()
def predict(model, inputs):
    model.eval()
    return torch.cat([model(prepare(part)).argmax(1) for part in inputs.split(512)])
