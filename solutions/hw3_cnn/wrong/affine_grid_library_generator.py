"""Calls torch.affine_grid_generator.

module: spatial_transformer
rejected by: test_affine_grid_value
"""

import torch


def affine_grid(theta, size):
    if len(theta) != size[0]:
        raise ValueError("theta and size")
    return torch.affine_grid_generator(theta, list(size), False)
