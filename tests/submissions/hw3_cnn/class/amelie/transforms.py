"""Transforms: what happens to an image between the file and the network, at random or not.

The handout (README.md) has the formulas, worked examples and every convention.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

PAD = 4  # zero pixels that augment puts on each side


def to_tensor(image: Tensor | np.ndarray) -> Tensor:
    """An image as files have it, to an image as networks have it: channels first, values from 0 to 1.

    Args:
        image: uint8, (H, W, C), or (H, W) for a grey one; a tensor or a NumPy array.
    Returns:
        (C, H, W), or (1, H, W) for a grey one: float32, each value divided by 255.
    Raises:
        TypeError: if it is not uint8.
        ValueError: if it has not 2 or 3 dimensions.

    >>> to_tensor(torch.tensor([[[255, 0, 51], [0, 102, 0]]], dtype=torch.uint8))
    tensor([[[1.0000, 0.0000]],
    <BLANKLINE>
            [[0.0000, 0.4000]],
    <BLANKLINE>
            [[0.2000, 0.0000]]])
    """
    if isinstance(image, np.ndarray):
        if image.dtype != np.uint8:
            raise TypeError("the image must be uint8")
        image = torch.from_numpy(image.copy())
    if image.dtype != torch.uint8:
        raise TypeError("the image must be uint8")
    if image.ndim == 2:
        image = image[:, :, None]
    if image.ndim != 3:
        raise ValueError("the image must have 2 or 3 dimensions")
    return image.permute(2, 0, 1).float() / 255


def normalize(x: Tensor, mean: Sequence[float] | Tensor, std: Sequence[float] | Tensor) -> Tensor:
    """(x − mean) / std, channel by channel.

    Args:
        x: (C, H, W), or a batch (N, C, H, W); a float dtype.
        mean, std: C numbers each, as a list, a tuple or a tensor (C,).
    Returns:
        the shape and dtype of x.
    Raises:
        ValueError: if mean or std has not C numbers, or if a std is 0.

    >>> normalize(torch.tensor([[[0.5, 1.0]], [[0.5, 1.0]]]), mean=[0.5, 0.0], std=[0.25, 0.5])
    tensor([[[0., 2.]],
    <BLANKLINE>
            [[1., 2.]]])
    """
    channels = x.shape[-3]
    mean = torch.as_tensor(mean, dtype=x.dtype)
    std = torch.as_tensor(std, dtype=x.dtype)
    if len(mean) != channels or len(std) != channels:
        raise ValueError("mean and std must have one number per channel")
    if (std == 0).any():
        raise ValueError("std must not be 0")
    return (x - mean.reshape(-1, 1, 1)) / std.reshape(-1, 1, 1)


def resize(img: Tensor, size: int | Sequence[int]) -> Tensor:
    """The image at another size: bilinear, without antialias, half-pixel centres (align_corners=False).

    Output pixel i lies at (i + ½)·H/h − ½ in the input, clipped to [0, H − 1]; columns likewise.

    Args:
        img: (C, H, W), a float dtype.
        size: a pair (h, w); or an int, to which the **short** side goes while the long one keeps the proportion:
            long' = ⌊size · long / short⌋.
    Returns:
        (C, h, w), of img's dtype.
    Raises:
        ValueError: if a wanted side is below 1.

    >>> resize(torch.tensor([[[0., 4.]]]), (1, 4))
    tensor([[[0., 1., 3., 4.]]])
    >>> resize(torch.zeros(3, 40, 75), 20).shape
    torch.Size([3, 20, 37])
    """
    if isinstance(size, int):
        short = min(img.shape[1], img.shape[2])
        h, w = size * img.shape[1] // short, size * img.shape[2] // short
    else:
        h, w = size
    if h < 1 or w < 1:
        raise ValueError("size must be at least 1")
    return F.interpolate(img[None], size=(h, w), mode="bilinear", align_corners=False)[0]


def random_crop(img: Tensor, size: int | Sequence[int], generator: torch.Generator | None) -> Tensor:
    """A window of the image, every place equally likely.

    Args:
        img: (C, H, W).
        size: an int for a square, or a pair (h, w).
        generator: of the place; None stands for PyTorch's global generator.
    Returns:
        (C, h, w); it may be a view of img.
    Raises:
        ValueError: if the window is larger than the image.

    >>> random_crop(torch.zeros(3, 32, 32), (24, 20), torch.Generator().manual_seed(0)).shape
    torch.Size([3, 24, 20])
    """
    h, w = (size, size) if isinstance(size, int) else size
    if h > img.shape[1] or w > img.shape[2]:
        raise ValueError("the window is larger than the image")
    i = torch.randint(0, img.shape[1] - h + 1, (1,), generator=generator).item()
    j = torch.randint(0, img.shape[2] - w + 1, (1,), generator=generator).item()
    return img[:, i : i + h, j : j + w]


class Compose:
    """Transforms in a row: Compose([f, g])(img) is g(f(img)).

    >>> Compose([lambda img: img + 1, lambda img: img * 10])(torch.zeros(1))
    tensor([10.])
    """

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]) -> None:
        """transforms: callables of one argument, the first one to be applied first; may be empty."""
        self.transforms = transforms

    def __call__(self, img: Any) -> Any:
        """What the last transform returns; img itself if there is none."""
        for transform in self.transforms:
            img = transform(img)
        return img


def augment(img: Tensor, generator: torch.Generator | None) -> Tensor:
    """The classic training augmentation: flip left and right with probability ½, then move by up to PAD pixels.

    The move: put PAD = 4 zero pixels on each side and cut a window of the old size at random.

    Args:
        img: (C, H, W), a float dtype.
        generator: of all draws; None stands for PyTorch's global generator.
    Returns:
        the shape and dtype of img.

    >>> augment(torch.zeros(3, 32, 32), torch.Generator().manual_seed(0)).shape
    torch.Size([3, 32, 32])
    """
    if torch.rand(1, generator=generator).item() < 0.5:
        img = img.flip(2)
    padded = F.pad(img, (PAD, PAD, PAD, PAD))
    return random_crop(padded, (img.shape[1], img.shape[2]), generator)
