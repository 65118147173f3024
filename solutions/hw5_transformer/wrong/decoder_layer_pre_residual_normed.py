"""Adds to the normed x in pre-norm.

module: layers
rejected by: test_decoder_layer_norm_first, test_decoder_layer_nothing_to_see
"""

# ruff: noqa: F821  (LayerNorm and the other layers stand in the module)

import torch
from torch import nn


class DecoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, norm_first=False):
        super().__init__()
        self.norm_first = norm_first
        self.self_attn, self.cross_attn = MultiHeadAttention(d_model, num_heads), MultiHeadAttention(d_model, num_heads)
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.norm1, self.norm2, self.norm3 = LayerNorm(d_model), LayerNorm(d_model), LayerNorm(d_model)

    def forward(self, x, memory, padding_mask=None, memory_padding_mask=None, causal=True):
        length = x.shape[1]
        mask = torch.ones(len(x), length, length, dtype=torch.bool)
        if causal:
            mask = mask.tril()
        if padding_mask is not None:
            mask = mask & ~padding_mask[:, None]
        memory_mask = None if memory_padding_mask is None else ~memory_padding_mask[:, None]

        def look(x):
            return self.self_attn(x, x, mask)[0]

        def cross(x):
            return self.cross_attn(x, memory, memory_mask)[0]

        def feed(x):
            return self.linear2(torch.relu(self.linear1(x)))

        if self.norm_first:
            x = self.norm1(x)
            x = x + look(x)
            x = x + cross(self.norm2(x))
            return x + feed(self.norm3(x))
        x = self.norm1(x + look(x))
        x = self.norm2(x + cross(x))
        return self.norm3(x + feed(x))
