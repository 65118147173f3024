"""Gives exp(logits) for n = 0.

module: efficient_attention
rejected by: test_sinkhorn_row_shift
"""


def sinkhorn(logits, n):
    for _ in range(n):
        logits = logits - logits.logsumexp(dim=-1, keepdim=True)
        logits = logits - logits.logsumexp(dim=-2, keepdim=True)
    return logits.exp()
