"""Reckons and answers in float32.

module: spatial_transformer
rejected by: test_affine_grid_identity
"""

import torch


def affine_grid(theta, size):
    n, _, H, W = size
    if len(theta) != n:
        raise ValueError("theta and size")
    x = (2 * torch.arange(W, dtype=theta.dtype) + 1) / W - 1
    y = (2 * torch.arange(H, dtype=theta.dtype) + 1) / H - 1
    points = torch.stack([x.expand(H, W), y[:, None].expand(H, W), torch.ones(H, W, dtype=theta.dtype)], dim=-1)
    return torch.einsum("nck,hwk->nhwc", theta.float(), points.float())
