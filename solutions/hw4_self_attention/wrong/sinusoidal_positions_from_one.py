"""Counts positions from 1.

module: attention
rejected by: test_sinusoidal_positions_value
"""

import torch


def sinusoidal_positions(L, D):
    p = torch.arange(1, L + 1, dtype=torch.float64)[:, None]
    angle = p / 10000 ** (torch.arange(0, D, 2, dtype=torch.float64) / D)
    return torch.stack([angle.sin(), angle.cos()], dim=-1).reshape(L, -1)[:, :D].float()
