"""Lets randint complain, by a RuntimeError.

module: transforms
rejected by: test_random_crop_edges
"""

import torch


def random_crop(img, size, generator):
    h, w = (size, size) if isinstance(size, int) else size
    rows, columns = img.shape[1] - h + 1, img.shape[2] - w + 1
    i = int(torch.randint(rows, (), generator=generator))
    j = int(torch.randint(columns, (), generator=generator))
    return img[:, i : i + h, j : j + w]
