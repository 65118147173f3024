"""Fills in −10⁹, so that a query without keys attends to all.

module: attention
rejected by: test_scaled_dot_product_attention_empty_row
"""

import math

import torch


def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        mask = torch.ones_like(scores, dtype=torch.bool)
    weights = scores.masked_fill(~mask, -1e9).softmax(dim=-1)
    return weights @ v, weights
