"""Cuts the sequence into blocks of s.

module: attention
rejected by: test_stride_mask_value
"""

import torch


def stride_mask(L, s):
    if s < 1:
        raise ValueError("s")
    block = torch.arange(L) // s
    return block[:, None] == block
