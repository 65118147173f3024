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
    raise NotImplementedError


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
    raise NotImplementedError
