"""Makes the matrix of all queries and keys.

module: efficient_attention
rejected by: test_linear_attention_cost
"""


def linear_attention(q, k, v, phi):
    q, k = phi(q), phi(k)
    weights = q @ k.transpose(-2, -1)
    return (weights / weights.sum(dim=-1, keepdim=True)) @ v
