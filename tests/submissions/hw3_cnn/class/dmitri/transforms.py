"""HW3, part 2: Dmitri"""

import numpy as np
import torch

PAD = 4


def to_tensor(image):
    """Bytes (H, W, C) to floats (C, H, W)."""
    array = image.numpy() if isinstance(image, torch.Tensor) else image
    if array.dtype != np.uint8:
        raise TypeError(f"uint8, not {array.dtype}")
    if array.ndim == 2:
        array = array[:, :, np.newaxis]
    if array.ndim != 3:
        raise ValueError(f"no image: {array.shape}")
    return torch.from_numpy(array.transpose(2, 0, 1).astype(np.float32) / 255)


def normalize(x, mean, std):
    """Channel by channel."""
    mean, std = [float(m) for m in mean], [float(s) for s in std]
    channels = x.unbind(dim=-3)
    if len(mean) != len(channels) or len(std) != len(channels):
        raise ValueError("one mean and one std per channel")
    if 0.0 in std:
        raise ValueError("std must not be 0")
    return torch.stack([(channel - m) / s for channel, m, s in zip(channels, mean, std)], dim=-3)


def _neighbours(old, new):
    """Two pixels and the share of the second one, for each new pixel."""
    place = np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0, old - 1)
    first = np.floor(place).astype(int)
    return first, np.minimum(first + 1, old - 1), place - first


def resize(img, size):
    """Bilinear: first between columns, then between rows."""
    _, height, width = img.shape
    if isinstance(size, int):
        h, w = (size, size * width // height) if height < width else (size * height // width, size)
    else:
        h, w = size
    if h < 1 or w < 1:
        raise ValueError("an image has at least one pixel")
    array = img.numpy().astype(np.float64)
    first, second, share = _neighbours(width, w)
    array = array[:, :, first] * (1 - share) + array[:, :, second] * share
    first, second, share = _neighbours(height, h)
    share = share[:, None]
    array = array[:, first] * (1 - share) + array[:, second] * share
    return torch.from_numpy(array).to(img.dtype)


def random_crop(img, size, generator):
    """A place out of all of them, numbered row by row."""
    h, w = (size, size) if isinstance(size, int) else (size[0], size[1])
    rows, cols = img.shape[1] - h + 1, img.shape[2] - w + 1
    if rows < 1 or cols < 1:
        raise ValueError("the window is larger than the image")
    place = int(torch.randint(rows * cols, (1,), generator=generator))
    top, left = place // cols, place % cols
    return img[:, top : top + h, left : left + w].clone()


class Compose:
    """f, then g, then h."""

    def __init__(self, transforms):
        self.steps = transforms

    def __call__(self, img):
        for step in self.steps:
            img = step(img)
        return img


def augment(img, generator):
    """Writes the part that stays visible into an empty image."""
    if torch.rand(1, generator=generator) < 0.5:
        img = img.flip(2)
    frame = img.new_zeros(img.shape[0], img.shape[1] + 2 * PAD, img.shape[2] + 2 * PAD)
    frame[:, PAD:-PAD, PAD:-PAD] = img
    return random_crop(frame, img.shape[1:], generator)
