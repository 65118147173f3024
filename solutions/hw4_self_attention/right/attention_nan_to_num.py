"""Fills in −inf, whose backward drops the gradient, and writes 0 over NaN.

module: attention
"""

import torch


def scaled_dot_product_attention(q, k, v, mask=None):
    e = (q / q.shape[-1] ** 0.5) @ k.mT
    if mask is not None:
        e = e.masked_fill(~mask, -torch.inf)
    a = torch.nan_to_num(e.softmax(-1))
    return a @ v, a


def sinusoidal_positions(L, D):
    p = torch.zeros(L, D)
    rate = torch.exp(torch.arange(0, D, 2) * (-torch.log(torch.tensor(10000.0)) / D))
    angle = torch.arange(L).unsqueeze(1) * rate
    p[:, 0::2] = torch.sin(angle)
    p[:, 1::2] = torch.cos(angle[:, : D // 2])
    return p
