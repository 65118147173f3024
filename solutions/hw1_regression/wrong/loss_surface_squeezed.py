"""Squeezes the result, so that one weight or one bias loses its axis.

module: gradient_descent
rejected by: test_loss_surface_shapes
"""


def loss_surface(ws, bs, x, y):
    return ((y - bs[None, :, None] - ws[:, None, None] * x) ** 2).mean(dim=-1).squeeze()
