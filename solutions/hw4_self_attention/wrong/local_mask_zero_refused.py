"""Refuses w = 0.

module: attention
rejected by: test_local_mask_edges
"""

import torch


def local_mask(L, w):
    if w < 1:
        raise ValueError("w")
    distance = torch.arange(L)[:, None] - torch.arange(L)
    return distance.abs() <= w
