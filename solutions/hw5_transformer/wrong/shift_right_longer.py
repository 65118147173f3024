"""Keeps the last token.

module: losses
rejected by: test_shift_right
"""

import torch


def shift_right(target, bos):
    return torch.cat([torch.full_like(target[:, :1], bos), target], dim=1)
