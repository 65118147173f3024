"""Pads on the right and at the bottom only.

module: transforms
rejected by: test_augment_images
"""

import torch
import torch.nn.functional as F


def augment(img, generator):
    flip, i, j = (int(torch.randint(n, (), generator=generator)) for n in (2, 9, 9))
    if flip:
        img = img.flip(-1)
    return F.pad(img, (0, 8, 0, 8))[:, i : i + img.shape[1], j : j + img.shape[2]]
