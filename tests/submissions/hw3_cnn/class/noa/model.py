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
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, H, W) -> (N, channels, H, W)."""
        raise NotImplementedError


class PictureModel(nn.Module):
    """A network that normalises its own inputs.

    What it needs besides its weights (the mean and deviation of the training pictures) it keeps as buffers
    (``self.register_buffer``): so they are saved with the weights and move to the GPU with them.
    """

    def __init__(self) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        """Pictures (N, 3, 32, 32), float32 from 0 to 1, not normalised -> logits (N, 11)."""
        raise NotImplementedError


def augmented(x: Tensor, generator: torch.Generator) -> Tensor:
    """Pictures (N, 3, H, W) -> as many, each changed in a way that leaves its class as it is."""
    raise NotImplementedError


def build_model() -> nn.Module:
    """A new, untrained model, on the CPU.

    The grader calls it, loads your saved weights into it and then calls ``predict``. So it takes no arguments,
    reads no files, and every number that the training finds is a parameter or a buffer of the model.
    """
    raise NotImplementedError


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
    raise NotImplementedError


def predict(model: nn.Module, inputs: Tensor) -> Tensor:
    """The class of each raw picture.

    Args:
        model: with the trained weights.
        inputs: (N, 32, 32, 3), uint8, as they are in the files, on the model's device.
    Returns:
        (N,), int64, in 0 … 10.
    """
    raise NotImplementedError
