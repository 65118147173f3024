"""Computes in float32.

module: efficient_attention
rejected by: test_sinkhorn_value
"""


def sinkhorn(logits, n):
    if n < 1:
        raise ValueError("n")
    dtype, logits = logits.dtype, logits.float()
    for _ in range(n):
        logits = logits - logits.logsumexp(dim=-1, keepdim=True)
        logits = logits - logits.logsumexp(dim=-2, keepdim=True)
    return logits.exp().to(dtype)
