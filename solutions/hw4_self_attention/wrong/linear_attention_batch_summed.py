"""Adds up over the batch as well.

module: efficient_attention
rejected by: test_linear_attention_value, test_linear_attention_leading_dimensions, test_linear_attention_scale
"""

import torch


def linear_attention(q, k, v, phi):
    q, k = phi(q), phi(k)
    total = torch.einsum("...sm,...se->me", k, v)
    return (q @ total) / (q @ k.reshape(-1, k.shape[-1]).sum(dim=0).unsqueeze(-1))
