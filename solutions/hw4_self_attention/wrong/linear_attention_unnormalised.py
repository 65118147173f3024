"""Forgets the denominator.

module: efficient_attention
rejected by: test_linear_attention_value
"""


def linear_attention(q, k, v, phi):
    q, k = phi(q), phi(k)
    total = k.transpose(-2, -1) @ v
    return q @ total
