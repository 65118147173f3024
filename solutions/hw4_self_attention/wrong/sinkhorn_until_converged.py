"""Stops as soon as the rows add up to 1 within 10⁻³.

module: efficient_attention
rejected by: test_sinkhorn_doubly_stochastic
"""


def sinkhorn(logits, n):
    if n < 1:
        raise ValueError("n")
    for _ in range(n):
        logits = logits - logits.logsumexp(dim=-1, keepdim=True)
        logits = logits - logits.logsumexp(dim=-2, keepdim=True)
        if (logits.exp().sum(dim=-1) - 1).abs().max() < 1e-3:
            break
    return logits.exp()
