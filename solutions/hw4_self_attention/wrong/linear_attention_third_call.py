"""Calls phi once more for the denominator.

module: efficient_attention
rejected by: test_linear_attention_feature_map
"""


def linear_attention(q, k, v, phi):
    features = phi(k)
    q, k = phi(q), phi(k)
    total = k.transpose(-2, -1) @ v
    return (q @ total) / (q @ features.sum(dim=-2).unsqueeze(-1))
