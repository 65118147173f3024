"""Calls torch.grid_sampler.

module: spatial_transformer
rejected by: test_grid_sample_value
"""

import torch


def grid_sample(x, grid):
    return torch.grid_sampler(x, grid, 0, 0, False)
