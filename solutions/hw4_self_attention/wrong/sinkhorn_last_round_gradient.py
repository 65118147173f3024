"""Lets the gradient go through the last round only.

module: efficient_attention
rejected by: test_sinkhorn_gradient
"""


def sinkhorn(logits, n):
    if n < 1:
        raise ValueError("n")
    for _ in range(n):
        logits = logits.detach() if _ else logits
        logits = logits - logits.logsumexp(dim=-1, keepdim=True)
        logits = logits - logits.logsumexp(dim=-2, keepdim=True)
    return logits.exp()
