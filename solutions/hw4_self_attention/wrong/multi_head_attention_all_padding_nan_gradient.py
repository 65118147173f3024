"""Adds −∞ and writes 0 over the NaN, which stays in the gradient.

module: attention
rejected by: test_multi_head_attention_all_padding
"""

import math

import torch
from torch import nn


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads:
            raise ValueError("num_heads must divide d_model")
        self.num_heads = num_heads
        self.w_q, self.w_k = nn.Linear(d_model, d_model), nn.Linear(d_model, d_model)
        self.w_v, self.w_o = nn.Linear(d_model, d_model), nn.Linear(d_model, d_model)

    def forward(self, x, key_padding_mask=None, mask=None):
        n, length, width = x.shape
        heads = (n, length, self.num_heads, width // self.num_heads)
        q, k, v = (w(x).reshape(heads).transpose(1, 2) for w in (self.w_q, self.w_k, self.w_v))
        allowed = torch.ones(n, 1, 1, length, dtype=torch.bool)
        if key_padding_mask is not None:
            allowed = ~key_padding_mask[:, None, None, :]
        if mask is not None:
            allowed = allowed & mask
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        scores = scores + torch.zeros_like(scores).masked_fill(~allowed, float("-inf"))
        weights = scores.softmax(dim=-1).nan_to_num(0.0)
        out = (weights @ v).transpose(1, 2).reshape(n, length, width)
        return self.w_o(out), weights
