"""Calls phi once with queries and keys together.

module: efficient_attention
rejected by: test_linear_attention_feature_map
"""

import torch


def linear_attention(q, k, v, phi):
    q, k = phi(torch.cat([q, k], dim=-2)).split([q.shape[-2], k.shape[-2]], dim=-2)
    total = k.transpose(-2, -1) @ v
    return (q @ total) / (q @ k.sum(dim=-2).unsqueeze(-1))
