"""Averages over the keys in the numerator.

module: efficient_attention
rejected by: test_linear_attention_value
"""


def linear_attention(q, k, v, phi):
    q, k = phi(q), phi(k)
    total = k.transpose(-2, -1) @ v
    total = total / k.shape[-2]
    return (q @ total) / (q @ k.sum(dim=-2).unsqueeze(-1))
