"""HW3, part 2: Tariq"""

import numpy as np
import torch
import torch.nn.functional as F

PAD = 4


def to_tensor(image):
    if isinstance(image, np.ndarray):
        if image.dtype != np.uint8:
            raise TypeError("uint8 only")
        image = torch.from_numpy(np.array(image))  # 複製一份: 唯讀或負 stride 都可以
    if image.dtype != torch.uint8:
        raise TypeError("uint8 only")
    if image.dim() == 2:
        image = image.unsqueeze(2)
    if image.dim() != 3:
        raise ValueError("(H, W) or (H, W, C)")
    return image.permute(2, 0, 1).float().div(255)


def normalize(x, mean, std):
    mean = torch.as_tensor(mean, dtype=x.dtype)
    std = torch.as_tensor(std, dtype=x.dtype)
    c = x.shape[-3]
    if mean.shape != (c,) or std.shape != (c,):
        raise ValueError("one number per channel")
    if (std == 0).any():
        raise ValueError("std = 0")
    return (x - mean.view(c, 1, 1)) / std.view(c, 1, 1)


def resize(img, size):
    if isinstance(size, int):
        _, height, width = img.shape
        if height <= width:
            size = (size, size * width // height)
        else:
            size = (size * height // width, size)
    h, w = size
    if h < 1 or w < 1:
        raise ValueError("size")
    return F.interpolate(img.unsqueeze(0), (h, w), mode="bilinear", align_corners=False).squeeze(0)


def random_crop(img, size, generator):
    h, w = (size, size) if isinstance(size, int) else size
    down, right = img.shape[1] - h, img.shape[2] - w
    if down < 0 or right < 0:
        raise ValueError("window larger than the image")
    top = torch.randint(0, down + 1, (1,), generator=generator).item()
    left = torch.randint(0, right + 1, (1,), generator=generator).item()
    return img[:, top : top + h, left : left + w]


class Compose:
    def __init__(self, transforms):
        self.transforms = transforms

    def __call__(self, img):
        for t in self.transforms:
            img = t(img)
        return img


def augment(img, generator):
    if torch.rand(1, generator=generator).item() < 0.5:
        img = torch.flip(img, [2])
    padded = F.pad(img, (PAD, PAD, PAD, PAD))
    return random_crop(padded, (img.shape[1], img.shape[2]), generator)
