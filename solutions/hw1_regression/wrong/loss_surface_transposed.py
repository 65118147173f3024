"""Puts the biases along the rows.

module: gradient_descent
rejected by: test_loss_surface_value
"""


def loss_surface(ws, bs, x, y):
    return ((y - bs[:, None, None] - ws[None, :, None] * x) ** 2).mean(dim=-1)
