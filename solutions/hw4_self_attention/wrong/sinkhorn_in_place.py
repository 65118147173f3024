"""Divides in place.

module: efficient_attention
rejected by: test_sinkhorn_value
"""


def sinkhorn(logits, n):
    if n < 1:
        raise ValueError("n")
    given, logits = logits, logits.data
    for _ in range(n):
        logits -= logits.logsumexp(dim=-1, keepdim=True)
        logits -= logits.logsumexp(dim=-2, keepdim=True)
    return given.exp()
