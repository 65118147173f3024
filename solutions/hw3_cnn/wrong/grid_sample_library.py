"""Calls F.grid_sample.

module: spatial_transformer
rejected by: test_grid_sample_value
"""

import torch.nn.functional as F


def grid_sample(x, grid):
    return F.grid_sample(x, grid, align_corners=False)
