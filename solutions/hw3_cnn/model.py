"""The trained model: tells what is in a small picture, however it is turned.

The handout (README.md) has the classes, the four tiers and hints for each of them.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageOps
from torch import Tensor, nn
from torch.utils.data import Dataset

CLASSES = 11
SIDE = 32


class PictureFolder(Dataset):
    """Given: the pictures of a folder such as data/"training", in the order of their names.

    It reads the generated PNG files and the photos of food-11 alike: a picture of another size is cut to its middle
    square and resized. All of them are read at once and kept: training goes over them many times.

    Attributes:
        images: (N, 32, 32, 3), uint8: rows from the top, columns, RGB.
        labels: (N,), int64: the number before "_" in the file's name, and −1 in data/"test", where there is none.
    """

    def __init__(self, folder: Path, transform: Callable[[Tensor], Any] | None = None) -> None:
        self.transform = transform
        files = sorted(file for file in folder.iterdir() if file.suffix in (".png", ".jpg"))
        self.images = torch.stack([self._read(file) for file in files])
        self.labels = torch.tensor([int(file.stem.split("_")[0]) if "_" in file.stem else -1 for file in files])

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[Any, int]:
        """One picture, (32, 32, 3), uint8, or what ``transform`` made of it, and its label."""
        image = self.images[index]
        return image if self.transform is None else self.transform(image), int(self.labels[index])

    @staticmethod
    def _read(file: Path) -> Tensor:
        with Image.open(file) as picture:
            square = ImageOps.fit(picture.convert("RGB"), (SIDE, SIDE), Image.Resampling.BILINEAR)
        return torch.from_numpy(np.array(square))


def as_floats(images: Tensor) -> Tensor:
    """Given: pictures (N, H, W, 3), uint8 -> (N, 3, H, W), float32 from 0 to 1. ``to_tensor`` for a batch."""
    return images.permute(0, 3, 1, 2).contiguous().float() / 255


class Block(nn.Module):
    """The part of the network that repeats: (N, channels, H, W) -> the same shape."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        # No bias: the normalisation that follows would take it away again.
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(channels)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, H, W) -> (N, channels, H, W)."""
        ### BEGIN SOLUTION
        inner = F.relu(self.norm1(self.conv1(x)))
        return F.relu(x + self.norm2(self.conv2(inner)))
        ### END SOLUTION


class PictureModel(nn.Module):
    """A network that normalises its own inputs.

    What it needs besides its weights (the mean and deviation of the training pictures) it keeps as buffers
    (``self.register_buffer``): so they are saved with the weights and move to the GPU with them.
    """

    def __init__(self) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.register_buffer("mean", torch.zeros(3, 1, 1))
        self.register_buffer("deviation", torch.ones(3, 1, 1))
        layers: list[nn.Module] = []
        # The first stride leaves 16 × 16: a fourth of the work for all that follows.
        for before, after, kernel in ((3, 16, 5), (16, 32, 3), (32, 64, 3)):
            layers.append(nn.Conv2d(before, after, kernel, stride=2, padding=kernel // 2, bias=False))
            layers += [nn.BatchNorm2d(after), nn.ReLU(), Block(after)]
        self.layers = nn.Sequential(*layers)
        self.head = nn.Linear(64, CLASSES)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Pictures (N, 3, 32, 32), float32 from 0 to 1, not normalised -> logits (N, 11)."""
        ### BEGIN SOLUTION
        features = self.layers((x - self.mean) / self.deviation)  # (N, 64, 4, 4)
        return self.head(features.mean(dim=(2, 3)))  # where in the picture a thing stands does not matter
        ### END SOLUTION


def augmented(x: Tensor, generator: torch.Generator) -> Tensor:
    """Pictures (N, 3, H, W) -> as many, each changed in a way that leaves its class as it is."""
    ### BEGIN SOLUTION
    n = len(x)
    draws = torch.rand(5, n, generator=generator)
    angle, mirror = 2 * math.pi * draws[0], torch.where(draws[1] < 0.5, -1.0, 1.0)
    zoom, right, down = 0.85 + 0.3 * draws[2], 0.3 * draws[3] - 0.15, 0.3 * draws[4] - 0.15
    cos, sin = zoom * angle.cos(), zoom * angle.sin()
    theta = torch.stack([mirror * cos, -sin, right, mirror * sin, cos, down], dim=1).view(n, 2, 3)
    grid = F.affine_grid(theta.to(x.device), list(x.shape), align_corners=False)
    turned = F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)
    channels = torch.rand(n, 3, generator=generator).argsort(dim=1).to(x.device)  # red for green for blue
    return turned[torch.arange(n, device=x.device)[:, None], channels]
    ### END SOLUTION


def build_model() -> nn.Module:
    """A new, untrained model, on the CPU.

    The grader calls it, loads your saved weights into it and then calls ``predict``. So it takes no arguments,
    reads no files, and every number that the training finds is a parameter or a buffer of the model.
    """
    ### BEGIN SOLUTION
    return PictureModel()
    ### END SOLUTION


def train(
    model: nn.Module,
    data: Path,
    *,
    seed: int,
    device: str,
    log: Callable[[str, float, int], None],
) -> dict[str, list[float]]:
    """Trains ``model`` in place and leaves it with the weights of its best epoch.

    Args:
        model: what ``build_model`` returned; move it to ``device``.
        data: the folder that holds the folders training, validation and test.
        seed: of every draw that you make (``torch.Generator().manual_seed(seed)``): with the same seed on the
            same machine the same weights must come out. The global generators were seeded with it, too.
        device: "cpu" or "cuda".
        log: ``log("validation_accuracy", 0.75, epoch)`` shows a number, draws its curve and writes it to
            TensorBoard.
    Returns:
        the history: a name -> one number an epoch, for instance {"train_loss": [...], "validation_accuracy": [...]}.
    """
    ### BEGIN SOLUTION
    training, held = PictureFolder(data / "training"), PictureFolder(data / "validation")
    x, y = as_floats(training.images).to(device), training.labels.to(device)
    held_x, held_y = as_floats(held.images).to(device), held.labels.to(device)
    model.to(device)
    model.mean.copy_(x.mean(dim=(0, 2, 3))[:, None, None])
    model.deviation.copy_(x.std(dim=(0, 2, 3))[:, None, None])

    epochs, batch_size = 30, 64
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=5e-4)
    steps = epochs * math.ceil(len(x) / batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=steps)
    generator = torch.Generator().manual_seed(seed)
    history: dict[str, list[float]] = {"train_loss": [], "validation_accuracy": []}
    best, best_state = -1.0, copy.deepcopy(model.state_dict())
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for batch in torch.randperm(len(x), generator=generator).to(device).split(batch_size):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(augmented(x[batch], generator)), y[batch], label_smoothing=0.05)
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(batch)
        model.eval()
        with torch.no_grad():
            accuracy = (model(held_x).argmax(dim=1) == held_y).sum().item() / len(held_y)
        for name, value in (("train_loss", total / len(x)), ("validation_accuracy", accuracy)):
            history[name].append(value)
            log(name, value, epoch)
        if accuracy > best:
            best, best_state = accuracy, copy.deepcopy(model.state_dict())
    model.load_state_dict(best_state)
    return history
    ### END SOLUTION


def predict(model: nn.Module, inputs: Tensor) -> Tensor:
    """The class of each raw picture.

    Args:
        model: with the trained weights.
        inputs: (N, 32, 32, 3), uint8, as they are in the files, on the model's device.
    Returns:
        (N,), int64, in 0 … 10.
    """
    ### BEGIN SOLUTION
    model.eval()
    classes = []
    with torch.no_grad():
        for images in inputs.split(256):
            x = as_floats(images)
            # Test-time augmentation: the quarter turns of the picture and of its mirror image.
            views = [view.rot90(k, (2, 3)) for view in (x, x.flip(3)) for k in range(4)]
            chances = torch.stack([model(view).softmax(dim=1) for view in views])
            classes.append(chances.mean(dim=0).argmax(dim=1))
    return torch.cat(classes)
    ### END SOLUTION
