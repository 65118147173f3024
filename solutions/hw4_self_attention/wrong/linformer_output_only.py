"""Returns the output alone.

module: efficient_attention
rejected by: test_linformer_value
"""

import math

import torch
from torch import nn


class Linformer(nn.Module):
    def __init__(self, L, r):
        super().__init__()
        self.E = nn.Parameter(torch.randn(r, L) / math.sqrt(L))
        self.F = nn.Parameter(torch.randn(r, L) / math.sqrt(L))

    def forward(self, q, k, v, key_padding_mask=None):
        if k.shape[1] != self.E.shape[1]:
            raise ValueError("length of k")
        if key_padding_mask is not None:
            k = k.masked_fill(key_padding_mask[:, :, None], 0)
            v = v.masked_fill(key_padding_mask[:, :, None], 0)
        weights = (q @ (self.E @ k).transpose(1, 2) / math.sqrt(q.shape[-1])).softmax(dim=-1)
        return weights @ (self.F @ v)
