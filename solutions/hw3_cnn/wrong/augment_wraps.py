"""Lets the picture come in again on the other side.

module: transforms
rejected by: test_augment_images
"""

import torch


def augment(img, generator):
    flip, i, j = (int(torch.randint(n, (), generator=generator)) for n in (2, 9, 9))
    if flip:
        img = img.flip(-1)
    return img.roll((i - 4, j - 4), dims=(1, 2))
