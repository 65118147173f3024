"""Adds 10⁻⁸ to the sums.

module: efficient_attention
rejected by: test_sinkhorn_value
"""


def sinkhorn(logits, n):
    if n < 1:
        raise ValueError("n")
    p = (logits - logits.amax(dim=-1, keepdim=True)).exp()
    for _ in range(n):
        p = p / (p.sum(dim=-1, keepdim=True) + 1e-8)
        p = p / (p.sum(dim=-2, keepdim=True) + 1e-8)
    return p
