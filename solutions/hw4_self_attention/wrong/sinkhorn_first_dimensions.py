"""Takes the first two dimensions of a batch.

module: efficient_attention
rejected by: test_sinkhorn_doubly_stochastic
"""


def sinkhorn(logits, n):
    if n < 1:
        raise ValueError("n")
    for _ in range(n):
        logits = logits - logits.logsumexp(dim=1, keepdim=True)
        logits = logits - logits.logsumexp(dim=0, keepdim=True)
    return logits.exp()
