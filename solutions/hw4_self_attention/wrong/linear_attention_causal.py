"""Lets nobody look ahead.

module: efficient_attention
rejected by: test_linear_attention_value
"""


def linear_attention(q, k, v, phi):
    q, k = phi(q), phi(k)
    if q.shape[-2] != k.shape[-2]:
        return (q @ (k.transpose(-2, -1) @ v)) / (q @ k.sum(dim=-2).unsqueeze(-1))
    total = (k.unsqueeze(-1) * v.unsqueeze(-2)).cumsum(dim=-3)
    return (q.unsqueeze(-2) @ total).squeeze(-2) / (q * k.cumsum(dim=-2)).sum(dim=-1, keepdim=True)
