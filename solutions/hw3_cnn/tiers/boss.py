"""Reaches boss: a residual network, augmented in training and in the test, with smoothed labels."""

from __future__ import annotations

import copy
import math

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

EPOCHS, BATCH = 30, 64


class Res(nn.Module):
    """Halves the picture, then adds a block to its own input."""

    def __init__(self, c_in, c_out, kernel=3):
        super().__init__()
        self.down = nn.Conv2d(c_in, c_out, kernel, 2, kernel // 2, bias=False)
        self.bn0, self.bn1, self.bn2 = (nn.BatchNorm2d(c_out) for _ in range(3))
        self.conv1, self.conv2 = (nn.Conv2d(c_out, c_out, 3, 1, 1, bias=False) for _ in range(2))

    def forward(self, x):
        x = F.relu(self.bn0(self.down(x)))
        h = F.relu(self.bn1(self.conv1(x)))
        return F.relu(x + self.bn2(self.conv2(h)))


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("stats", torch.tensor([[0.0] * 3, [1.0] * 3]))  # mean and std of the channels
        self.stages = nn.Sequential(Res(3, 16, 5), Res(16, 32), Res(32, 64))
        self.classify = nn.Linear(64, 11)

    def forward(self, x):  # (N, 3, 32, 32)
        mean, std = self.stats[:, :, None, None]
        return self.classify(self.stages((x - mean) / std).mean((2, 3)))


def build_model():
    return ResNet()


def load(folder):
    paths = sorted(p for p in folder.iterdir() if p.suffix in {".png", ".jpg"})
    pixels = np.stack([np.asarray(Image.open(p).convert("RGB").resize((32, 32))) for p in paths])
    return torch.from_numpy(pixels), torch.tensor([int(p.stem.split("_")[0]) for p in paths])


def floats(pixels):
    return pixels.permute(0, 3, 1, 2) / 255


def distort(x, generator):
    """Any rotation, mirror image, size from 85 to 115 %, a shift of up to 15 %."""
    u = 2 * torch.rand(len(x), 5, generator=generator) - 1
    a, s = math.pi * u[:, 0], 1 + 0.15 * u[:, 1]
    flip = u[:, 2].sign()
    row1 = torch.stack([s * flip * a.cos(), -s * a.sin(), 0.15 * u[:, 3]], 1)
    row2 = torch.stack([s * flip * a.sin(), s * a.cos(), 0.15 * u[:, 4]], 1)
    theta = torch.stack([row1, row2], 1).to(x.device)
    grid = F.affine_grid(theta, x.size(), align_corners=False)
    return F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)


def train(model, data, *, seed, device, log):
    generator = torch.Generator().manual_seed(seed)
    pixels, y = load(data / "training")
    held, held_y = load(data / "validation")
    x, y, held, held_y = floats(pixels).to(device), y.to(device), held.to(device), held_y.to(device)
    model.to(device)
    model.stats.copy_(torch.stack([x.mean((0, 2, 3)), x.std((0, 2, 3))]))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4, nesterov=True)
    steps = EPOCHS * math.ceil(len(x) / BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=steps)
    history, best = {"train_loss": [], "validation_accuracy": []}, (0.0, None)
    for epoch in range(EPOCHS):
        model.train()
        losses = []
        for i in torch.randperm(len(x), generator=generator).to(device).split(BATCH):
            loss = F.cross_entropy(model(distort(x[i], generator)), y[i], label_smoothing=0.1)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        model.eval()
        with torch.no_grad():
            accuracy = (model(floats(held)).argmax(1) == held_y).float().mean().item()
        history["train_loss"].append(sum(losses) / len(losses))
        history["validation_accuracy"].append(accuracy)
        for name, values in history.items():
            log(name, values[-1], epoch)
        if accuracy > best[0]:
            best = accuracy, copy.deepcopy(model.state_dict())
    model.load_state_dict(best[1])
    return history


@torch.inference_mode()
def predict(model, inputs):
    model.eval()
    answers = []
    for part in floats(inputs).split(200):
        turned = [torch.rot90(part, k, (2, 3)) for k in range(4)]
        votes = sum(model(v).softmax(1) + model(v.flip(3)).softmax(1) for v in turned)
        answers.append(votes.argmax(1))
    return torch.cat(answers).clone()
