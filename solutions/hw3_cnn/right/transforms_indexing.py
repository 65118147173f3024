"""Views, gathers and masks; what moves is an index, not a picture.

module: transforms
"""

import numpy as np
import torch


def to_tensor(image):
    if isinstance(image, np.ndarray):
        if image.dtype != "uint8":
            raise TypeError("uint8")
        image = torch.tensor(image.tolist(), dtype=torch.uint8).reshape(image.shape)
    if image.dtype is not torch.uint8:
        raise TypeError("uint8")
    if image.dim() == 2:
        return image[None].to(torch.float32).div(255.0)
    if image.dim() == 3:
        return torch.stack([channel.to(torch.float32).div(255.0) for channel in image.unbind(2)])
    raise ValueError("a picture has two or three dimensions")


def normalize(x, mean, std):
    for numbers in (mean, std):
        if len(numbers) != x.size(-3):
            raise ValueError("one number per channel")
    if any(float(s) == 0.0 for s in std):
        raise ValueError("std is 0")
    shift = torch.tensor([float(m) for m in mean], dtype=x.dtype).view(-1, 1, 1)
    scale = torch.tensor([float(s) for s in std], dtype=x.dtype).view(-1, 1, 1)
    return torch.div(torch.sub(x, shift), scale)


def _along(img, dim, new):
    old = img.shape[dim]
    place = ((torch.arange(new, dtype=torch.float64) + 0.5) * old / new - 0.5).clamp(0, old - 1)
    low = place.floor().long()
    share = (place - low).to(img.dtype)
    share = share[:, None] if dim == 1 else share
    return torch.lerp(img.index_select(dim, low), img.index_select(dim, (low + 1).clamp(max=old - 1)), share)


def resize(img, size):
    if isinstance(size, int):
        _, height, width = img.shape
        size = (size, width * size // height) if height < width else (height * size // width, size)
    h, w = size
    if h <= 0 or w <= 0:
        raise ValueError("no pixel left")
    return _along(_along(img, 2, w), 1, h)


def random_crop(img, size, generator):
    h, w = (size, size) if isinstance(size, int) else tuple(size)
    if h > img.shape[-2] or w > img.shape[-1]:
        raise ValueError("window")
    windows = img.unfold(1, h, 1).unfold(2, w, 1)
    j = torch.randperm(windows.shape[2], generator=generator)[0]
    i = torch.randperm(windows.shape[1], generator=generator)[0]
    return windows[:, i, j]


class Compose:
    def __init__(self, transforms):
        self.transforms = [*transforms]

    def __call__(self, img):
        result = img
        for index in range(len(self.transforms)):
            result = self.transforms[index](result)
        return result


def augment(img, generator):
    _, height, width = img.shape
    move = torch.randint(-4, 5, (2,), generator=generator)
    mirrored = torch.rand(1, generator=generator) < 0.5
    rows, columns = torch.arange(height) + move[0], torch.arange(width) + move[1]
    seen = ((rows >= 0) & (rows < height))[:, None] & ((columns >= 0) & (columns < width))
    columns = columns.clamp(0, width - 1)
    if mirrored:
        columns = width - 1 - columns
    moved = img[:, rows.clamp(0, height - 1)[:, None], columns]
    return torch.where(seen, moved, torch.zeros((), dtype=img.dtype))
