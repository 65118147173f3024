"""Flips only.

module: transforms
rejected by: test_augment_draws
"""

import torch


def augment(img, generator):
    flip, _, _ = (int(torch.randint(n, (), generator=generator)) for n in (2, 9, 9))
    if flip:
        img = img.flip(-1)
    return img
