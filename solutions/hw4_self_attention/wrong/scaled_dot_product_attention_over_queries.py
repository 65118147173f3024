"""Takes the softmax over the queries.

module: attention
rejected by: test_scaled_dot_product_attention_value
"""

import math

import torch


def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        mask = torch.ones_like(scores, dtype=torch.bool)
    weights = scores.masked_fill(~mask, float("-inf")).softmax(dim=-2).nan_to_num(0.0)
    return weights @ v, weights
