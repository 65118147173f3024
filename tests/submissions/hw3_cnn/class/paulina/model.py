"""HW3: 旋轉 90 度與左右翻轉的資料增強, batch norm, 留下最好的 epoch."""

import copy

import numpy as np
import torch
from PIL import Image
from torch import nn


def load(folder):
    files = sorted(f for f in folder.iterdir() if f.suffix in (".png", ".jpg"))
    images = np.stack([np.asarray(Image.open(f).convert("RGB").resize((32, 32))) for f in files])
    return to_float(torch.from_numpy(images)), torch.tensor([int(f.name.split("_")[0]) for f in files])


def to_float(images):
    return images.permute(0, 3, 1, 2).float().div(255)


def turned(x, generator):
    """八個方向各佔一份."""
    which = torch.randint(8, (len(x),), generator=generator).to(x.device)
    y = x.clone()
    for k in range(8):
        part = torch.rot90(x[which == k], k % 4, (2, 3))
        y[which == k] = part.flip(3) if k >= 4 else part
    return y


class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.zeros(3, 1, 1))
        self.register_buffer("std", torch.ones(3, 1, 1))
        layers = [nn.Conv2d(3, 16, 5, stride=2, padding=2), nn.BatchNorm2d(16), nn.ReLU()]
        for before, after in ((16, 24), (24, 40)):
            layers += [nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU(), nn.MaxPool2d(2)]
        self.features = nn.Sequential(*layers, nn.Flatten())
        self.classifier = nn.Linear(40 * 16, 11)

    def forward(self, x):
        return self.classifier(self.features((x - self.mean) / self.std))


def build_model():
    return CNN()


def train(model, data, *, seed, device, log):
    g = torch.Generator().manual_seed(seed)
    x, y = (t.to(device) for t in load(data / "training"))
    xv, yv = (t.to(device) for t in load(data / "validation"))
    model.to(device)
    model.mean.copy_(x.mean((0, 2, 3)).view(3, 1, 1))
    model.std.copy_(x.std((0, 2, 3)).view(3, 1, 1))
    opt = torch.optim.Adam(model.parameters(), lr=2e-3, weight_decay=1e-4)
    sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, 15)
    history, best, kept = {"validation_accuracy": []}, 0.0, None
    for epoch in range(15):
        model.train()
        for i in torch.randperm(len(x), generator=g).split(64):
            loss = nn.functional.cross_entropy(model(turned(x[i], g)), y[i])
            opt.zero_grad()
            loss.backward()
            opt.step()
        sched.step()
        model.eval()
        with torch.no_grad():
            accuracy = (model(xv).argmax(1) == yv).float().mean().item()
        history["validation_accuracy"].append(accuracy)
        log("validation_accuracy", accuracy, epoch)
        if accuracy > best:
            best, kept = accuracy, copy.deepcopy(model.state_dict())
    model.load_state_dict(kept)
    return history


def predict(model, inputs):
    return torch.cat([model(to_float(part)).argmax(1) for part in inputs.split(256)])
