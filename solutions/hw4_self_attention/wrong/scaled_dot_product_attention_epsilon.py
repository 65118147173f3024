"""Adds 10⁻⁶ to the sum, so that the weights do not quite add up to 1.

module: attention
rejected by: test_scaled_dot_product_attention_value
"""

import math

import torch


def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        mask = torch.ones_like(scores, dtype=torch.bool)
    top = scores.masked_fill(~mask, float("-inf")).amax(dim=-1, keepdim=True).clamp(min=-1e30)
    e = (scores - top).masked_fill(~mask, float("-inf")).exp()
    weights = e / (e.sum(dim=-1, keepdim=True) + 1e-6)
    return weights @ v, weights
