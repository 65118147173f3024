"""Compares with the slope of the piece's first point, not with the neighbour.

module: training_tricks
rejected by: test_count_linear_pieces_edges
"""

import torch


def count_linear_pieces(net, grid, tol=1e-4):
    t = grid.detach().clone()[:, None].requires_grad_()
    (slope,) = torch.autograd.grad(net(t).sum(), t)
    pieces, first = 1, slope[0]
    for s in slope[1:]:
        if (s - first).abs() > tol:
            pieces, first = pieces + 1, s
    return pieces
