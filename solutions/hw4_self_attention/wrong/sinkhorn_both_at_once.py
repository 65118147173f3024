"""Divides by the sums of rows and columns at once.

module: efficient_attention
rejected by: test_sinkhorn_value
"""


def sinkhorn(logits, n):
    if n < 1:
        raise ValueError("n")
    for _ in range(n):
        rows, columns = logits.logsumexp(dim=-1, keepdim=True), logits.logsumexp(dim=-2, keepdim=True)
        logits = logits - rows - columns
    return logits.exp()
