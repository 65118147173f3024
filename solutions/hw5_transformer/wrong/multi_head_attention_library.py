"""Calls F.scaled_dot_product_attention.

module: layers
rejected by: test_multi_head_attention_value
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
        self.q_proj, self.k_proj = nn.Linear(d_model, d_model), nn.Linear(d_model, d_model)
        self.v_proj, self.out_proj = nn.Linear(d_model, d_model), nn.Linear(d_model, d_model)

    def forward(self, query, memory, mask=None):
        q = self.q_proj(query).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)
        k = self.k_proj(memory).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)
        v = self.v_proj(memory).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        mask = torch.ones(1, 1, dtype=torch.bool) if mask is None else mask
        mask = mask.expand(len(query), query.shape[1], memory.shape[1])[:, None]
        scores = scores.masked_fill(~mask, float("-inf"))
        scores = torch.where(mask.any(dim=-1, keepdim=True), scores, 0)
        weights = scores.softmax(dim=-1).masked_fill(~mask, 0)
        return self.out_proj(
            nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
            .nan_to_num(0.0)
            .transpose(1, 2)
            .flatten(2)
        ), weights
