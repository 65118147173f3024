"""HW3, part 2: Olivia"""

import numpy as np
import torch
import torch.nn.functional as F

PAD = 4


def to_tensor(image):
    if isinstance(image, np.ndarray):
        image = torch.from_numpy(np.array(image))  # 複製一份: 唯讀或負 stride 都可以
    if image.dim() == 2:
        image = image.unsqueeze(2)
    return image.permute(2, 0, 1).float().div(255)


def normalize(x, mean, std):
    mean = torch.as_tensor(mean, dtype=x.dtype)
    std = torch.as_tensor(std, dtype=x.dtype)
    return (x - mean.view(-1, 1, 1)) / std.view(-1, 1, 1)


def resize(img, size):
    if isinstance(size, int):
        _, height, width = img.shape
        if height <= width:
            size = (size, size * width // height)
        else:
            size = (size * height // width, size)
    h, w = size
    return F.interpolate(img.unsqueeze(0), (h, w), mode="bilinear", align_corners=False).squeeze(0)


def random_crop(img, size, generator):
    h, w = (size, size) if isinstance(size, int) else size
    down, right = img.shape[1] - h, img.shape[2] - w
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
