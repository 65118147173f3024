"""Calls phi with the leading dimensions flattened.

module: efficient_attention
rejected by: test_linear_attention_feature_map
"""


def linear_attention(q, k, v, phi):
    q, k = (phi(t.reshape(-1, t.shape[-1])).reshape(*t.shape[:-1], -1) for t in (q, k))
    total = k.transpose(-2, -1) @ v
    return (q @ total) / (q @ k.sum(dim=-2).unsqueeze(-1))
