"""Fails for an odd width.

module: attention
rejected by: test_sinusoidal_positions_odd_width, test_sinusoidal_positions_long
"""

import torch


def sinusoidal_positions(L, D):
    p = torch.arange(L, dtype=torch.float64)[:, None]
    angle = p / 10000 ** (torch.arange(0, D, 2, dtype=torch.float64) / D)
    table = torch.zeros(L, D)
    table[:, 0::2], table[:, 1::2] = angle.sin(), angle.cos()
    return table
