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
    ### BEGIN SOLUTION
    if isinstance(image, np.ndarray):
        if image.dtype != np.uint8:
            raise TypeError(f"the image must be uint8, not {image.dtype}")
        image = torch.from_numpy(image.copy())  # torch takes neither negative strides nor read-only memory
    if image.dtype != torch.uint8:
        raise TypeError(f"the image must be uint8, not {image.dtype}")
    if image.ndim not in (2, 3):
        raise ValueError(f"the image must be (H, W, C) or (H, W), not {tuple(image.shape)}")
    if image.ndim == 2:
        image = image[:, :, None]
    return image.permute(2, 0, 1).to(torch.float32) / 255  # (C, H, W)
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    mean, std = (torch.as_tensor(values, dtype=x.dtype) for values in (mean, std))
    if mean.shape != (x.shape[-3],) or std.shape != (x.shape[-3],):
        raise ValueError(f"{x.shape[-3]} channels need as many means and deviations")
    if (std == 0).any():
        raise ValueError("a std is 0")
    return (x - mean[:, None, None]) / std[:, None, None]
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    if isinstance(size, int):
        height, width = img.shape[1:]
        short = min(height, width)
        h, w = size * height // short, size * width // short  # whole numbers: no rounding on the way
    else:
        h, w = size
    if h < 1 or w < 1:
        raise ValueError(f"an image of {h} x {w} has no pixel")
    return F.interpolate(img[None], (h, w), mode="bilinear", align_corners=False)[0]
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    h, w = (size, size) if isinstance(size, int) else size
    height, width = img.shape[1:]
    if h > height or w > width:
        raise ValueError(f"no window of {h} x {w} in an image of {height} x {width}")
    top = int(torch.randint(height - h + 1, (), generator=generator))
    left = int(torch.randint(width - w + 1, (), generator=generator))
    return img[:, top : top + h, left : left + w]
    ### END SOLUTION


class Compose:
    """Transforms in a row: Compose([f, g])(img) is g(f(img)).

    >>> Compose([lambda img: img + 1, lambda img: img * 10])(torch.zeros(1))
    tensor([10.])
    """

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]) -> None:
        """transforms: callables of one argument, the first one to be applied first; may be empty."""
        ### BEGIN SOLUTION
        self.transforms = transforms
        ### END SOLUTION

    def __call__(self, img: Any) -> Any:
        """What the last transform returns; img itself if there is none."""
        ### BEGIN SOLUTION
        for transform in self.transforms:
            img = transform(img)
        return img
        ### END SOLUTION


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
    ### BEGIN SOLUTION
    if torch.rand((), generator=generator) < 0.5:
        img = img.flip(-1)
    return random_crop(F.pad(img, (PAD, PAD, PAD, PAD)), img.shape[1:], generator)
    ### END SOLUTION
