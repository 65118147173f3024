"""Repeats itself after 512 positions.

module: attention
rejected by: test_sinusoidal_positions_long
"""

import torch


def sinusoidal_positions(L, D):
    p = torch.zeros(L, D)
    angle = (torch.arange(L) % 512)[:, None] / 10000 ** (torch.arange(0, D, 2) / D)
    p[:, 0::2] = angle.sin()
    p[:, 1::2] = angle.cos()[:, : D // 2]
    return p
