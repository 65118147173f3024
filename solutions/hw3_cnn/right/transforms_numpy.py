"""NumPy inside, and the bilinear formula written out.

module: transforms
"""

import functools
import math

import numpy as np
import torch


def to_tensor(image):
    pixels = np.asarray(image)
    if pixels.dtype != np.uint8:
        raise TypeError(pixels.dtype)
    if pixels.ndim not in (2, 3):
        raise ValueError(pixels.shape)
    pixels = pixels.reshape(*pixels.shape[:2], -1)
    return torch.tensor(np.ascontiguousarray(np.moveaxis(pixels, 2, 0)).astype(np.float32) / np.float32(255))


def normalize(x, mean, std):
    mean, std = (np.asarray(v, dtype=np.float64).tolist() for v in (mean, std))
    channels = x.shape[x.ndim - 3]
    if len(mean) != channels or len(std) != channels or 0 in std:
        raise ValueError("mean and std")
    parts = [(x.select(-3, c) - mean[c]) / std[c] for c in range(channels)]
    return torch.stack(parts, dim=-3)


def _axis(old, new):
    """The (new, old) matrix that interpolates along one axis."""
    weights = np.zeros((new, old))
    for i in range(new):
        r = min(max((i + 0.5) * old / new - 0.5, 0.0), old - 1.0)
        low = min(math.floor(r), old - 1)
        weights[i, low] += 1 - (r - low)
        weights[i, min(low + 1, old - 1)] += r - low
    return weights


def resize(img, size):
    height, width = img.shape[-2:]
    if isinstance(size, int):
        short = min(height, width)
        size = (size * height // short, size * width // short)
    if min(size) < 1:
        raise ValueError("no pixels")
    rows, columns = _axis(height, size[0]), _axis(width, size[1])
    result = np.einsum("ir,crs,js->cij", rows, img.detach().numpy().astype(np.float64), columns)
    return torch.from_numpy(result).to(img.dtype)


def random_crop(img, size, generator):
    h, w = [size] * 2 if isinstance(size, int) else size
    height, width = img.shape[1:]
    if h > height or w > width:
        raise ValueError("window")
    places = (height - h + 1) * (width - w + 1)
    i, j = divmod(torch.randint(places, (1,), generator=generator).item(), width - w + 1)
    return img[:, i : i + h, j : j + w].clone()


class Compose:
    def __init__(self, transforms):
        self._transforms = tuple(transforms)

    def __call__(self, img):
        return functools.reduce(lambda value, transform: transform(value), self._transforms, img)


def augment(img, generator):
    flip, up, left = (torch.rand(3, generator=generator, dtype=torch.float64) * torch.tensor([2, 9, 9])).int().tolist()
    pixels = img.detach().numpy()
    pixels = pixels[:, :, ::-1] if flip else pixels
    padded = np.pad(pixels, ((0, 0), (4, 4), (4, 4)))
    cut = padded[:, up : up + img.shape[1], left : left + img.shape[2]]
    return torch.tensor(np.ascontiguousarray(cut))
