"""The spatial transformer: where each output pixel looks, and the picture that it sees there.

The handout (README.md) has the formulas, worked examples, every convention, and what may not be called here.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def affine_grid(theta: Tensor, size: Sequence[int]) -> Tensor:
    """Where each output pixel looks, as torch.nn.functional.affine_grid(align_corners=False) has it.

    grid[n, i, j] = theta[n] · (x_j, y_i, 1)ᵀ with the centres of the output pixels x_j = (2j + 1)/W − 1 and
    y_i = (2i + 1)/H − 1. The map is inverse: from the output to the input.

    Args:
        theta: one 2 × 3 matrix per image, (N, 2, 3).
        size: of the output image, (N, C, H, W): a tuple, a list or a torch.Size.
    Returns:
        (N, H, W, 2): the last dimension is (x, y), column first; differentiable with respect to theta.
    Raises:
        ValueError: if theta's N is not that of size.

    >>> affine_grid(torch.tensor([[[1., 0., 0.25], [0., 2., 0.]]]), (1, 1, 1, 2))
    tensor([[[[-0.2500,  0.0000],
              [ 0.7500,  0.0000]]]])
    """
    n, _, height, width = size
    if theta.shape[0] != n:
        raise ValueError("theta and size have different N")
    x = (2 * torch.arange(width, dtype=theta.dtype) + 1) / width - 1
    y = (2 * torch.arange(height, dtype=theta.dtype) + 1) / height - 1
    y, x = torch.meshgrid(y, x, indexing="ij")
    points = torch.stack([x, y, torch.ones_like(x)], dim=-1)  # (H, W, 3)
    return (theta[:, None, None] @ points[None, ..., None]).squeeze(-1)


def grid_sample(x: Tensor, grid: Tensor) -> Tensor:
    """The values of x at the places of the grid, as torch.nn.functional.grid_sample(align_corners=False) has them.

    Place (g_x, g_y) is column ((g_x + 1)·W − 1)/2, row ((g_y + 1)·H − 1)/2 of the image; between pixels the value is
    bilinear, and outside every pixel is 0.

    Args:
        x: (N, C, H, W).
        grid: (N, H', W', 2), the last dimension (x, y).
    Returns:
        (N, C, H', W'), differentiable with respect to x and grid.

    >>> x = torch.tensor([[[[0., 10.], [20., 30.]]]])
    >>> grid_sample(x, torch.tensor([[[[0., 0.], [0.5, -0.5], [-1., -0.5], [9., 9.]]]]))
    tensor([[[[15., 10.,  0.,  0.]]]])
    """
    n, c, height, width = x.shape
    u = ((grid[..., 0] + 1) * width - 1) / 2
    v = ((grid[..., 1] + 1) * height - 1) / 2
    left, top = u.floor(), v.floor()
    a, b = u - left, v - top
    image = torch.arange(n)[:, None, None]
    result = 0
    for right, weight_x in ((0, 1 - a), (1, a)):
        for below, weight_y in ((0, 1 - b), (1, b)):
            i, j = top + below, left + right
            inside = (i >= 0) & (i <= height - 1) & (j >= 0) & (j <= width - 1)
            pixel = x[image, :, i.clamp(0, height - 1).long(), j.clamp(0, width - 1).long()]
            weight = torch.where(inside, weight_x * weight_y, 0)
            result = result + weight[..., None] * pixel
    return result.permute(0, 3, 1, 2)
