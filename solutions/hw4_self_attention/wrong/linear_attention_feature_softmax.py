"""Takes softmax in place of phi.

module: efficient_attention
rejected by: test_linear_attention_value
"""


def linear_attention(q, k, v, phi):
    phi(q), phi(k)
    q, k = q.softmax(dim=-1), k.softmax(dim=-2)
    total = k.transpose(-2, -1) @ v
    return (q @ total) / (q @ k.sum(dim=-2).unsqueeze(-1))
