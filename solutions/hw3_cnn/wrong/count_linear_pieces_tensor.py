"""Gives a tensor.

module: training_tricks
rejected by: test_count_linear_pieces_value
"""

import torch


def count_linear_pieces(net, grid, tol=1e-4):
    t = grid.detach().clone()[:, None].requires_grad_()
    (slope,) = torch.autograd.grad(net(t).sum(), t)
    return 1 + (slope.diff(dim=0).abs() > tol).sum()
