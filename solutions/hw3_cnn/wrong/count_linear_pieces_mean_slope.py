"""Takes the slope of the mean, so that slopes shrink with the number of points.

module: training_tricks
rejected by: test_count_linear_pieces_edges
"""

import torch


def count_linear_pieces(net, grid, tol=1e-4):
    t = grid.detach().clone()[:, None].requires_grad_()
    (slope,) = torch.autograd.grad(net(t).mean(), t)
    return 1 + int((slope.diff(dim=0).abs() > tol).sum())
