"""Hat functions: every pixel has a weight for every place, and einsum adds up.

module: spatial_transformer
"""

import torch


def affine_grid(theta, size):
    count, _, height, width = (int(s) for s in size)
    if theta.shape[0] != count:
        raise ValueError("N")
    x = torch.linspace(1 / width - 1, 1 - 1 / width, width, dtype=theta.dtype)
    y = torch.linspace(1 / height - 1, 1 - 1 / height, height, dtype=theta.dtype)
    (a, b, e), (c, d, f) = theta.movedim(0, -1).unsqueeze(-1).unsqueeze(-1)
    x, y = x[None, :], y[:, None]
    return torch.stack([a * x + b * y + e, c * x + d * y + f], dim=-1)


def grid_sample(x, grid):
    height, width = x.shape[-2:]
    u = ((grid[..., 0] + 1) * width - 1) / 2
    v = ((grid[..., 1] + 1) * height - 1) / 2
    across = torch.relu(1 - (u.unsqueeze(-1) - torch.arange(width, dtype=x.dtype)).abs())
    down = torch.relu(1 - (v.unsqueeze(-1) - torch.arange(height, dtype=x.dtype)).abs())
    return torch.einsum("nchw,nijh,nijw->ncij", x, down, across)
