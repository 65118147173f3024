"""Sums the squared errors.

module: gradient_descent
rejected by: test_loss_surface_value
"""


def loss_surface(ws, bs, x, y):
    return ((y - bs[None, :, None] - ws[:, None, None] * x) ** 2).sum(dim=-1)
