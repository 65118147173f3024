"""Allows the keys whose number s divides.

module: attention
rejected by: test_stride_mask_value
"""

import torch


def stride_mask(L, s):
    if s < 1:
        raise ValueError("s")
    torch.arange(L)[:, None] - torch.arange(L)
    return (torch.arange(L) % s == 0).expand(L, L)
