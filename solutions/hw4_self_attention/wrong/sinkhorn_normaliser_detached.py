"""Takes the sums for constants.

module: efficient_attention
rejected by: test_sinkhorn_gradient
"""


def sinkhorn(logits, n):
    if n < 1:
        raise ValueError("n")
    for _ in range(n):
        logits = logits - logits.logsumexp(dim=-1, keepdim=True).detach()
        logits = logits - logits.logsumexp(dim=-2, keepdim=True).detach()
    return logits.exp()
