"""Never takes the last row and column of places.

module: transforms
rejected by: test_random_crop_places
"""

import torch


def random_crop(img, size, generator):
    h, w = (size, size) if isinstance(size, int) else size
    rows, columns = img.shape[1] - h + 1, img.shape[2] - w + 1
    if rows < 1 or columns < 1:
        raise ValueError("window larger than the image")
    i = int(torch.randint(max(rows - 1, 1), (), generator=generator))
    j = int(torch.randint(max(columns - 1, 1), (), generator=generator))
    return img[:, i : i + h, j : j + w]
