"""Refuses 0 only.

module: attention
rejected by: test_stride_mask_edges
"""

import torch


def stride_mask(L, s):
    if s == 0:
        raise ValueError("s")
    distance = torch.arange(L)[:, None] - torch.arange(L)
    return distance % s == 0
