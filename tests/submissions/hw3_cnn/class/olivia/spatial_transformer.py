# Each pixel is a hat of width 2: a place sees a pixel as far as it stands under its hat.
from __future__ import annotations

import torch
from torch import Tensor, einsum


def _centres(n: int, like: Tensor) -> Tensor:
    return (2 * torch.arange(n, dtype=like.dtype, device=like.device) + 1) / n - 1


def affine_grid(theta: Tensor, size) -> Tensor:
    n, _, height, width = size
    x = _centres(width, theta).expand(height, width)
    y = _centres(height, theta)[:, None].expand(height, width)
    turned = einsum("nkd,dhw->nhwk", theta[:, :, :2], torch.stack([x, y]))
    return turned + theta[:, None, None, :, 2]


def grid_sample(x: Tensor, grid: Tensor) -> Tensor:
    height, width = x.shape[2:]
    column = ((grid[..., 0] + 1) * width - 1) / 2
    row = ((grid[..., 1] + 1) * height - 1) / 2
    columns, rows = (torch.arange(n, dtype=x.dtype) for n in (width, height))
    in_column = (1 - (column[..., None] - columns).abs()).clamp(min=0)
    in_row = (1 - (row[..., None] - rows).abs()).clamp(min=0)
    return einsum("nchw,nijh,nijw->ncij", x, in_row, in_column)
