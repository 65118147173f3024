"""Takes phi's width for the width of the queries.

module: efficient_attention
rejected by: test_linear_attention_feature_map
"""


def linear_attention(q, k, v, phi):
    d = q.shape[-1]
    q, k = phi(q)[..., :d], phi(k)[..., :d]
    total = k.transpose(-2, -1) @ v
    return (q @ total) / (q @ k.sum(dim=-2).unsqueeze(-1))
