"""Compares the values, not the slopes.

module: training_tricks
rejected by: test_count_linear_pieces_value
"""


def count_linear_pieces(net, grid, tol=1e-4):
    t = grid.detach().clone()[:, None].requires_grad_()
    return 1 + int((net(t).diff(dim=0).abs() > tol).sum())
