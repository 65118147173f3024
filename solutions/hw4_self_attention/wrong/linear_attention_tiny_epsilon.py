"""Adds a very small ε to the denominator.

module: efficient_attention
rejected by: test_linear_attention_scale
"""


def linear_attention(q, k, v, phi):
    q, k = phi(q), phi(k)
    return q @ (k.mT @ v) / (q @ k.sum(-2, keepdim=True).mT + 1e-14)
