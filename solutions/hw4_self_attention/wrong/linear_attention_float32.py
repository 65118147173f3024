"""Computes in float32.

module: efficient_attention
rejected by: test_linear_attention_value
"""


def linear_attention(q, k, v, phi):
    q, k = phi(q), phi(k)
    dtype, q, k, v = v.dtype, q.float(), k.float(), v.float()
    total = k.transpose(-2, -1) @ v
    return ((q @ total) / (q @ k.sum(dim=-2).unsqueeze(-1))).to(dtype)
