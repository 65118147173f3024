"""Puts −1 and 1 on the centres of the outer pixels.

module: spatial_transformer
rejected by: test_affine_grid_identity
"""

import torch


def affine_grid(theta, size):
    n, _, H, W = size
    if len(theta) != n:
        raise ValueError("theta and size")
    x = torch.linspace(-1, 1, W, dtype=theta.dtype)
    y = torch.linspace(-1, 1, H, dtype=theta.dtype)
    points = torch.stack([x.expand(H, W), y[:, None].expand(H, W), torch.ones(H, W, dtype=theta.dtype)], dim=-1)
    return torch.einsum("nck,hwk->nhwc", theta, points)
