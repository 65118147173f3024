"""Gives an empty mask for w < 0.

module: attention
rejected by: test_local_mask_edges
"""

import torch


def local_mask(L, w):
    distance = torch.arange(L)[:, None] - torch.arange(L)
    return distance.abs() <= w
