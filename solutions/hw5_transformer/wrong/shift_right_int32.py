"""Gives int32.

module: losses
rejected by: test_shift_right
"""

import torch


def shift_right(target, bos):
    return torch.cat([torch.full_like(target[:, :1], bos), target[:, :-1]], dim=1).int()
