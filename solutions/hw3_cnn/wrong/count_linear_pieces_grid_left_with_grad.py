"""Leaves the grid with requires_grad.

module: training_tricks
rejected by: test_count_linear_pieces_edges
"""

import torch


def count_linear_pieces(net, grid, tol=1e-4):
    grid.requires_grad_()
    t = grid[:, None]
    (slope,) = torch.autograd.grad(net(t).sum(), t)
    return 1 + int((slope.diff(dim=0).abs() > tol).sum())
