"""Averages absolute errors.

module: gradient_descent
rejected by: test_loss_surface_value, test_loss_surface_shapes
"""


def loss_surface(ws, bs, x, y):
    return (y - bs[None, :, None] - ws[:, None, None] * x).abs().mean(dim=-1)
