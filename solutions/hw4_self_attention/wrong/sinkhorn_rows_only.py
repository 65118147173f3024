"""Divides the rows only.

module: efficient_attention
rejected by: test_sinkhorn_value
"""


def sinkhorn(logits, n):
    if n < 1:
        raise ValueError("n")
    for _ in range(n):
        logits = logits - logits.logsumexp(dim=-1, keepdim=True)
    return logits.exp()
