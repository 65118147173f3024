"""Reckons the places in float32, for theta in float64 too.

module: spatial_transformer
rejected by: test_affine_grid_identity
"""

import torch


def affine_grid(theta, size):
    n, _, H, W = size
    if len(theta) != n:
        raise ValueError("theta and size")
    x = ((2 * torch.arange(W) + 1) / W - 1).to(theta.dtype)
    y = ((2 * torch.arange(H) + 1) / H - 1).to(theta.dtype)
    points = torch.stack([x.expand(H, W), y[:, None].expand(H, W), torch.ones(H, W, dtype=theta.dtype)], dim=-1)
    return torch.einsum("nck,hwk->nhwc", theta, points)
