"""Stacks the differences, which fails for one point.

module: training_tricks
rejected by: test_count_linear_pieces_edges
"""

import itertools

import torch


def count_linear_pieces(net, grid, tol=1e-4):
    t = grid.detach().clone()[:, None].requires_grad_()
    (slope,) = torch.autograd.grad(net(t).sum(), t)
    return 1 + int((torch.stack([b - a for a, b in itertools.pairwise(slope)]).abs() > tol).sum())
