"""Makes the L×S matrix, 1000 rows at a time: the memory is spared, the time is not.

module: efficient_attention
rejected by: test_linear_attention_cost
"""

import torch


def linear_attention(q, k, v, phi):
    q, k = phi(q), phi(k)
    rows = []
    for part in q.split(1000, dim=-2):
        a = part @ k.mT
        rows.append(a / a.sum(-1, keepdim=True) @ v)
    return torch.cat(rows, dim=-2)
