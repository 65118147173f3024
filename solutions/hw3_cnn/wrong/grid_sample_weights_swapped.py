"""Gives the left pixel the weight of the right one.

module: spatial_transformer
rejected by: test_grid_sample_value
"""

import torch


def grid_sample(x, grid):
    H, W = x.shape[2:]
    u = ((grid[..., 0] + 1) * W - 1) / 2
    v = ((grid[..., 1] + 1) * H - 1) / 2
    j, i = u.detach().floor(), v.detach().floor()
    a, b = u - j, v - i
    images = torch.arange(len(x))[:, None, None]

    def pixel(i, j):
        inside = (i >= 0) & (i < H) & (j >= 0) & (j < W)
        i, j = i.clamp(0, H - 1).long(), j.clamp(0, W - 1).long()
        return (x[images, :, i, j] * inside[..., None]).permute(0, 3, 1, 2)

    a, b = a[:, None], b[:, None]
    upper = a * pixel(i, j) + (1 - a) * pixel(i, j + 1)
    lower = a * pixel(i + 1, j) + (1 - a) * pixel(i + 1, j + 1)
    return (1 - b) * upper + b * lower
