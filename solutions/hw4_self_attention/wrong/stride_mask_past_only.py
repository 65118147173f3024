"""Looks back only.

module: attention
rejected by: test_stride_mask_value
"""

import torch


def stride_mask(L, s):
    if s < 1:
        raise ValueError("s")
    distance = torch.arange(L)[:, None] - torch.arange(L)
    return (distance % s == 0) & (distance >= 0)
