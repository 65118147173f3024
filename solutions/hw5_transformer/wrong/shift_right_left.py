"""Shifts to the left and puts bos at the end.

module: losses
rejected by: test_shift_right
"""

import torch


def shift_right(target, bos):
    return torch.cat([target[:, 1:], torch.full_like(target[:, :1], bos)], dim=1)
