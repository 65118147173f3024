"""Shifts by two.

module: losses
rejected by: test_shift_right
"""

import torch


def shift_right(target, bos):
    return torch.cat([torch.full_like(target[:, :2], bos), target[:, :-2]], dim=1)
