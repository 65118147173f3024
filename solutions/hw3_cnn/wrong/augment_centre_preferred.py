"""Adds two draws for the move, so that the centre is more likely.

module: transforms
rejected by: test_augment_draws
"""

import torch
import torch.nn.functional as F


def augment(img, generator):
    flip, i, j = (int(torch.randint(n, (), generator=generator)) for n in (2, 9, 9))
    i = (i + int(torch.randint(9, (), generator=generator))) // 2
    if flip:
        img = img.flip(-1)
    return F.pad(img, (4, 4, 4, 4))[:, i : i + img.shape[1], j : j + img.shape[2]]
