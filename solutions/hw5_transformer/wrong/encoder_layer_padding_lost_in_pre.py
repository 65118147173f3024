"""Forgets the padding in pre-norm.

module: layers
rejected by: test_encoder_layer_all_padding
"""

# ruff: noqa: F821  (LayerNorm and the other layers stand in the module)

import torch
from torch import nn


class EncoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, norm_first=False):
        super().__init__()
        self.norm_first = norm_first
        self.self_attn = MultiHeadAttention(d_model, num_heads)
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.norm1, self.norm2 = LayerNorm(d_model), LayerNorm(d_model)

    def _attend(self, x, padding_mask):
        mask = None if padding_mask is None else ~padding_mask[:, None, :]
        return self.self_attn(x, x, mask)[0]

    def _feed(self, x):
        return self.linear2(torch.relu(self.linear1(x)))

    def forward(self, x, padding_mask=None):
        if self.norm_first:
            x = x + self._attend(self.norm1(x), None)
            return x + self._feed(self.norm2(x))
        x = self.norm1(x + self._attend(x, padding_mask))
        return self.norm2(x + self._feed(x))
