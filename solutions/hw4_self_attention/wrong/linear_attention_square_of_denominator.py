"""Makes the matrix of all queries and keys for the denominator.

module: efficient_attention
rejected by: test_linear_attention_cost
"""


def linear_attention(q, k, v, phi):
    q, k = phi(q), phi(k)
    total = k.transpose(-2, -1) @ v
    return (q @ total) / (q @ k.transpose(-2, -1)).sum(dim=-1, keepdim=True)
