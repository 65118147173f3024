"""Leaves the last real token out, behind which there is padding.

module: losses
rejected by: test_shift_right
"""

import torch


def shift_right(target, bos):
    if target.shape[1] > 1:
        target = torch.where(target == target[:, -1:], bos, target)
    return torch.cat([torch.full_like(target[:, :1], bos), target[:, :-1]], dim=1)
