"""Normalises the outputs over the features.

module: attention
rejected by: test_scaled_dot_product_attention_value
"""

import math

import torch


def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        mask = torch.ones_like(scores, dtype=torch.bool)
    scores = scores.masked_fill(~mask, float("-inf"))
    scores = torch.where(mask.any(dim=-1, keepdim=True), scores, 0)
    weights = scores.softmax(dim=-1).masked_fill(~mask, 0)
    return torch.nn.functional.normalize(weights @ v, dim=-1), weights
