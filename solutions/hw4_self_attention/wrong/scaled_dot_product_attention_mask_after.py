"""Masks after the softmax, so that the weights do not add up to 1.

module: attention
rejected by: test_scaled_dot_product_attention_mask
"""

import math

import torch


def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        mask = torch.ones_like(scores, dtype=torch.bool)
    weights = scores.softmax(dim=-1).masked_fill(~mask, 0)
    return weights @ v, weights
