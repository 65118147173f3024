"""Pads an image that is too small.

module: transforms
rejected by: test_random_crop_edges
"""

import torch


def random_crop(img, size, generator):
    h, w = (size, size) if isinstance(size, int) else size
    rows, columns = img.shape[1] - h + 1, img.shape[2] - w + 1
    if rows < 1 or columns < 1:
        img = torch.nn.functional.pad(img, (0, max(1 - columns, 0), 0, max(1 - rows, 0)))
        rows, columns = max(rows, 1), max(columns, 1)
    i = int(torch.randint(rows, (), generator=generator))
    j = int(torch.randint(columns, (), generator=generator))
    return img[:, i : i + h, j : j + w]
