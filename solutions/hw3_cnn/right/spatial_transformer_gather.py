"""A frame of zeros around the image, and torch.gather on flat pixels.

module: spatial_transformer
"""

import torch
from torch.nn.functional import pad


def affine_grid(theta, size):
    n, h, w = size[0], size[2], size[3]
    if len(theta) != n:
        raise ValueError("as many matrices as images")
    steps = [(torch.arange(k).to(theta.dtype) + 0.5) * 2 / k - 1 for k in (h, w)]
    y, x = torch.meshgrid(*steps, indexing="ij")
    places = torch.stack([x.flatten(), y.flatten(), torch.ones_like(x).flatten()])
    return torch.bmm(theta, places.expand(n, 3, h * w)).transpose(1, 2).reshape(n, h, w, 2)


def grid_sample(x, grid):
    n, c, h, w = x.shape
    framed = pad(x, (1, 1, 1, 1)).flatten(2)
    size = torch.tensor([w, h], dtype=grid.dtype)
    place = ((grid + 1) * size - 1) / 2
    place = torch.minimum(torch.maximum(place, torch.full_like(size, -1)), size)
    low = torch.minimum(place.detach().floor(), size - 1)
    (a, b), (j, i) = (place - low).unbind(-1), (low.long() + 1).unbind(-1)

    def corner(di, dj):
        index = ((i + di) * (w + 2) + j + dj).reshape(n, 1, -1).expand(n, c, -1)
        return framed.gather(2, index).reshape(n, c, *grid.shape[1:3])

    a, b = a.unsqueeze(1), b.unsqueeze(1)
    upper = torch.lerp(corner(0, 0), corner(0, 1), a)
    return torch.lerp(upper, torch.lerp(corner(1, 0), corner(1, 1), a), b)
