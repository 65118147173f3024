"""Calls phi with one sequence at a time.

module: efficient_attention
rejected by: test_linear_attention_feature_map, test_linear_attention_cost_of_gradient
"""

import torch


def linear_attention(q, k, v, phi):
    if q.ndim > 2:
        return torch.stack([linear_attention(*triple, phi) for triple in zip(q, k, v, strict=True)])
    q, k = phi(q), phi(k)
    total = k.transpose(-2, -1) @ v
    return (q @ total) / (q @ k.sum(dim=-2).unsqueeze(-1))
