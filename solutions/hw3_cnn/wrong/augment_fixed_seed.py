"""Seeds the generator in each call.

module: transforms
rejected by: test_augment_draws
"""

import torch
import torch.nn.functional as F


def augment(img, generator):
    if generator is not None:
        generator.manual_seed(0)
    flip, i, j = (int(torch.randint(n, (), generator=generator)) for n in (2, 9, 9))
    if flip:
        img = img.flip(-1)
    return F.pad(img, (4, 4, 4, 4))[:, i : i + img.shape[1], j : j + img.shape[2]]
