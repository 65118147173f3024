"""Subtracts the largest logit of each row and works with exp.

module: efficient_attention
rejected by: test_sinkhorn_large_logits
"""


def sinkhorn(logits, n):
    if n < 1:
        raise ValueError("n")
    p = (logits - logits.amax(dim=-1, keepdim=True)).exp()
    for _ in range(n):
        p = p / p.sum(dim=-1, keepdim=True)
        p = p / p.sum(dim=-2, keepdim=True)
    return p
