"""Takes difference quotients, so that a kink makes a third slope.

module: training_tricks
rejected by: test_count_linear_pieces_value
"""


def count_linear_pieces(net, grid, tol=1e-4):
    slope = net(grid[:, None]).detach().diff(dim=0) / grid[:, None].diff(dim=0)
    return 1 + int((slope.diff(dim=0).abs() > tol).sum())
