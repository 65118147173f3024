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
    ### BEGIN SOLUTION
    n, _, height, width = size
    if len(theta) != n:
        raise ValueError(f"{len(theta)} matrices for {n} images")
    xs = (2 * torch.arange(width, dtype=theta.dtype, device=theta.device) + 1) / width - 1  # (W,)
    ys = (2 * torch.arange(height, dtype=theta.dtype, device=theta.device) + 1) / height - 1  # (H,)
    y, x = torch.meshgrid(ys, xs, indexing="ij")  # (H, W) each
    points = torch.stack((x, y, torch.ones_like(x)), dim=-1)  # (H, W, 3)
    return torch.einsum("nck,hwk->nhwc", theta, points)
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    height, width = x.shape[2:]
    column = ((grid[..., 0] + 1) * width - 1) / 2  # (N, H', W')
    row = ((grid[..., 1] + 1) * height - 1) / 2
    left, top = column.floor(), row.floor()
    n = torch.arange(len(x), device=x.device)[:, None, None]
    out = 0
    for j, across in ((left, left + 1 - column), (left + 1, column - left)):
        for i, down in ((top, top + 1 - row), (top + 1, row - top)):
            inside = (i >= 0) & (i < height) & (j >= 0) & (j < width)
            # Clamped before it becomes an index: what lies outside is read somewhere and weighted with 0.
            value = x[n, :, i.clamp(0, height - 1).long(), j.clamp(0, width - 1).long()]  # (N, H', W', C)
            out = out + value * torch.where(inside, across * down, 0.0)[..., None]
    return out.permute(0, 3, 1, 2)
    ### END SOLUTION
