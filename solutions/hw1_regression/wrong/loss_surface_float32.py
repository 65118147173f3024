"""Fills a table that is float32 whatever the data are.

module: gradient_descent
rejected by: test_loss_surface_value
"""

import torch


def loss_surface(ws, bs, x, y):
    surface = torch.zeros(len(ws), len(bs))
    for i, w in enumerate(ws):
        for j, b in enumerate(bs):
            surface[i, j] = ((y - b - w * x) ** 2).mean()
    return surface
