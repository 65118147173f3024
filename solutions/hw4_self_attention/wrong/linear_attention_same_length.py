"""Works for as many queries as keys only.

module: efficient_attention
rejected by: test_linear_attention_value
"""


def linear_attention(q, k, v, phi):
    q, k = phi(q), phi(k)
    if q.shape[-2] != k.shape[-2]:
        raise ValueError("length")
    total = k.transpose(-2, -1) @ v
    return (q @ total) / (q @ k.sum(dim=-2).unsqueeze(-1))
