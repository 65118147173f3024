"""Works with exp, which overflows.

module: efficient_attention
rejected by: test_sinkhorn_large_logits, test_sinkhorn_permutation
"""


def sinkhorn(logits, n):
    if n < 1:
        raise ValueError("n")
    p = logits.exp()
    for _ in range(n):
        p = p / p.sum(dim=-1, keepdim=True)
        p = p / p.sum(dim=-2, keepdim=True)
    return p
