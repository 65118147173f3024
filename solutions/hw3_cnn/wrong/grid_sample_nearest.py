"""Takes the nearest pixel.

module: spatial_transformer
rejected by: test_grid_sample_value
"""

import torch


def grid_sample(x, grid):
    H, W = x.shape[2:]
    u = ((grid[..., 0] + 1) * W - 1) / 2
    v = ((grid[..., 1] + 1) * H - 1) / 2
    images = torch.arange(len(x))[:, None, None]

    def pixel(i, j):
        inside = (i >= 0) & (i < H) & (j >= 0) & (j < W)
        i, j = i.clamp(0, H - 1).long(), j.clamp(0, W - 1).long()
        return (x[images, :, i, j] * inside[..., None]).permute(0, 3, 1, 2)

    return pixel(v.detach().round(), u.detach().round())
