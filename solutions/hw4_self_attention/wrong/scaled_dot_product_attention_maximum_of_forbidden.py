"""Subtracts the maximum over all keys, the forbidden ones too.

module: attention
rejected by: test_scaled_dot_product_attention_large_scores, test_scaled_dot_product_attention_left_out
"""

import math

import torch


def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        mask = torch.ones_like(scores, dtype=torch.bool)
    e = (scores - scores.amax(dim=-1, keepdim=True)).exp() * mask
    total = e.sum(dim=-1, keepdim=True)
    weights = e / torch.where(total == 0, 1, total)
    return weights @ v, weights
