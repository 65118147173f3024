"""HW3, part 3: Hassan"""

import torch


def affine_grid(theta, size):
    n, _, h, w = size
    if theta.shape[0] != n:
        raise ValueError("theta and size differ in N")
    y = (torch.arange(h, dtype=theta.dtype) * 2 + 1) / h - 1
    x = (torch.arange(w, dtype=theta.dtype) * 2 + 1) / w - 1
    points = torch.stack([x.repeat(h), y.repeat_interleave(w), torch.ones(h * w, dtype=theta.dtype)])  # (3, H*W)
    return (theta @ points).transpose(1, 2).reshape(n, h, w, 2)


def grid_sample(x, grid):
    n, c, h, w = x.shape
    u = ((grid[..., 0] + 1) * w - 1) / 2
    v = ((grid[..., 1] + 1) * h - 1) / 2
    left, top = u.detach().floor(), v.detach().floor()
    a, b = (u - left).unsqueeze(1), (v - top).unsqueeze(1)

    def pixel(row, column):
        """(N, C, H', W'), 圖外是 0."""
        inside = (row >= 0) & (row <= h - 1) & (column >= 0) & (column <= w - 1)
        index = row.clamp(0, h - 1).long() * w + column.clamp(0, w - 1).long()
        values = x.flatten(2).gather(2, index.flatten(1).unsqueeze(1).expand(-1, c, -1))
        return values.view(n, c, *grid.shape[1:3]) * inside.unsqueeze(1)

    upper = a * pixel(top, left) + (1 - a) * pixel(top, left + 1)
    lower = a * pixel(top + 1, left) + (1 - a) * pixel(top + 1, left + 1)
    y = b * upper + (1 - b) * lower
    far = (u < -1) | (u > w) | (v < -1) | (v > h)
    return y.masked_fill(far.unsqueeze(1), 0)
