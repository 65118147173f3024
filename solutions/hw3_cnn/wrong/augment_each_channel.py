"""Moves each channel by itself.

module: transforms
rejected by: test_augment_images
"""

import torch
import torch.nn.functional as F


def augment(img, generator):
    flip, i, j = (int(torch.randint(n, (), generator=generator)) for n in (2, 9, 9))
    if flip:
        img = img.flip(-1)
    cuts = []
    for channel in F.pad(img, (4, 4, 4, 4)):
        i, j = (int(torch.randint(9, (), generator=generator)) for _ in range(2))
        cuts.append(channel[i : i + img.shape[1], j : j + img.shape[2]])
    return torch.stack(cuts)
