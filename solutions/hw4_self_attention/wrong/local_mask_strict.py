"""Leaves the distance w out.

module: attention
rejected by: test_local_mask_value
"""

import torch


def local_mask(L, w):
    if w < 0:
        raise ValueError("w")
    distance = torch.arange(L)[:, None] - torch.arange(L)
    return distance.abs() < w
