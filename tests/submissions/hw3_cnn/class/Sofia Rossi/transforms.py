# A resize is a matrix from the left and one from the right.
from __future__ import annotations

from functools import reduce

import numpy as np
import torch
from torch import Tensor, einsum
from torch.nn.functional import pad

PAD = 4


def to_tensor(image: Tensor | np.ndarray) -> Tensor:
    pixels = torch.as_tensor(np.array(image)) if isinstance(image, np.ndarray) else image
    if pixels.dtype is not torch.uint8:
        raise TypeError(f"{pixels.dtype} instead of uint8")
    if pixels.ndim not in (2, 3):
        raise ValueError(f"{pixels.ndim} dimensions")
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    return einsum("hwc->chw", pixels).to(torch.float32) / 255


def normalize(x: Tensor, mean, std) -> Tensor:
    mean, std = (torch.as_tensor(v, dtype=x.dtype) for v in (mean, std))
    if not len(mean) == len(std) == x.shape[-3]:
        raise ValueError("as many means and deviations as channels")
    if bool((std == 0).any()):
        raise ValueError("a deviation is 0")
    return ((x.movedim(-3, -1) - mean) / std).movedim(-1, -3)


def _hats(old: int, new: int) -> Tensor:
    """(new, old): the weight of each old pixel in each new one."""
    place = ((torch.arange(new, dtype=torch.float64) + 0.5) * old / new - 0.5).clamp(0, old - 1)
    return (1 - (place[:, None] - torch.arange(old, dtype=torch.float64)).abs()).clamp(min=0)


def resize(img: Tensor, size) -> Tensor:
    height, width = img.shape[1:]
    if isinstance(size, int):
        short = min(height, width)
        size = (size * height // short, size * width // short)
    if min(size) < 1:
        raise ValueError(f"size {tuple(size)}")
    rows, columns = _hats(height, size[0]), _hats(width, size[1])
    return einsum("ih,chw,jw->cij", rows, img.double(), columns).to(img.dtype)


def random_crop(img: Tensor, size, generator) -> Tensor:
    size = (size, size) if isinstance(size, int) else tuple(size)
    for length, have in zip(size, img.shape[1:]):
        if length > have:
            raise ValueError(f"{size} out of {tuple(img.shape[1:])}")
    for dim, length in enumerate(size, start=1):
        start = int(torch.randint(img.shape[dim] - length + 1, (), generator=generator))
        img = img.narrow(dim, start, length)
    return img


class Compose:
    def __init__(self, transforms):
        self.transforms = list(transforms)

    def __call__(self, img):
        return reduce(lambda value, f: f(value), self.transforms, img)


def augment(img: Tensor, generator) -> Tensor:
    flip, top, left = (int(torch.randint(n, (), generator=generator)) for n in (2, 2 * PAD + 1, 2 * PAD + 1))
    framed = pad(img.flip(-1) if flip else img, (PAD,) * 4)
    return framed[:, top : top + img.shape[1], left : left + img.shape[2]]
