"""Lets the remainder complain about s = 0.

module: attention
rejected by: test_stride_mask_edges
"""

import torch


def stride_mask(L, s):
    distance = torch.arange(L)[:, None] - torch.arange(L)
    return distance % s == 0
