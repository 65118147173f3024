"""Moves by the same number in both directions.

module: transforms
rejected by: test_augment_draws
"""

import torch
import torch.nn.functional as F


def augment(img, generator):
    flip, i, j = (int(torch.randint(n, (), generator=generator)) for n in (2, 9, 9))
    j = i
    if flip:
        img = img.flip(-1)
    return F.pad(img, (4, 4, 4, 4))[:, i : i + img.shape[1], j : j + img.shape[2]]
