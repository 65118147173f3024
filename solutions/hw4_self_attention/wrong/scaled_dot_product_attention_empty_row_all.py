"""Lets a query without keys attend to all of them.

module: attention
rejected by: test_scaled_dot_product_attention_empty_row, test_scaled_dot_product_attention_mask_broadcasting
"""

import math

import torch


def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        mask = torch.ones_like(scores, dtype=torch.bool)
    mask = mask | ~mask.any(dim=-1, keepdim=True)
    weights = scores.masked_fill(~mask, float("-inf")).softmax(dim=-1)
    return weights @ v, weights
