"""Cuts the sequence into blocks.

module: attention
rejected by: test_local_mask_value, test_local_mask_many
"""

import torch


def local_mask(L, w):
    if w < 0:
        raise ValueError("w")
    block = torch.arange(L) // (2 * w + 1)
    return block[:, None] == block
