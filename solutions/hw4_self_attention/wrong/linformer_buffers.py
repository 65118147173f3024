"""Keeps E and F as buffers, which are not learnt.

module: efficient_attention
rejected by: test_linformer_gradient
"""

import math

import torch
from torch import nn


class Linformer(nn.Module):
    def __init__(self, L, r):
        super().__init__()
        self.register_buffer("E", torch.randn(r, L) / math.sqrt(L))
        self.register_buffer("F", torch.randn(r, L) / math.sqrt(L))

    def forward(self, q, k, v, key_padding_mask=None):
        if k.shape[1] != self.E.shape[1]:
            raise ValueError("length of k")
        if key_padding_mask is not None:
            k = k.masked_fill(key_padding_mask[:, :, None], 0)
            v = v.masked_fill(key_padding_mask[:, :, None], 0)
        weights = (q @ (self.E @ k).transpose(1, 2) / math.sqrt(q.shape[-1])).softmax(dim=-1)
        return weights @ (self.F @ v), weights
