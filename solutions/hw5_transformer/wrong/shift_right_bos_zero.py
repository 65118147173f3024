"""Puts 0 first, whatever bos is.

module: losses
rejected by: test_shift_right
"""

import torch


def shift_right(target, bos):
    return torch.cat([torch.zeros_like(target[:, :1]), target[:, :-1]], dim=1)
