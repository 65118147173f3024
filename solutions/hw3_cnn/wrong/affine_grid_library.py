"""Calls F.affine_grid.

module: spatial_transformer
rejected by: test_affine_grid_value
"""

import torch.nn.functional as F


def affine_grid(theta, size):
    if len(theta) != size[0]:
        raise ValueError("theta and size")
    return F.affine_grid(theta, size, align_corners=False)
