"""Does not compare theta's N with size's.

module: spatial_transformer
rejected by: test_affine_grid_sizes
"""

import torch


def affine_grid(theta, size):
    _, _, H, W = size
    x = (2 * torch.arange(W, dtype=theta.dtype) + 1) / W - 1
    y = (2 * torch.arange(H, dtype=theta.dtype) + 1) / H - 1
    points = torch.stack([x.expand(H, W), y[:, None].expand(H, W), torch.ones(H, W, dtype=theta.dtype)], dim=-1)
    return torch.einsum("nck,hwk->nhwc", theta, points)
