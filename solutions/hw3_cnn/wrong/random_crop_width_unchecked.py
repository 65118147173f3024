"""Looks at the height only.

module: transforms
rejected by: test_random_crop_edges
"""

import torch


def random_crop(img, size, generator):
    h, w = (size, size) if isinstance(size, int) else size
    rows, columns = img.shape[1] - h + 1, img.shape[2] - w + 1
    columns = max(columns, 1)
    if rows < 1:
        raise ValueError("window larger than the image")
    i = int(torch.randint(rows, (), generator=generator))
    j = int(torch.randint(columns, (), generator=generator))
    return img[:, i : i + h, j : j + w]
