"""Draws one number for all rows.

module: decoding
rejected by: test_sample_token_frequencies
"""

import torch


def sample_token(logits, temperature, generator):
    if temperature < 0:
        raise ValueError("temperature")
    if temperature == 0:
        return logits.argmax(dim=-1)
    p = (logits / temperature).softmax(dim=-1)
    return (p.cumsum(dim=-1) < torch.rand(1, generator=generator, dtype=p.dtype)).sum(dim=-1).clamp(max=p.shape[-1] - 1)
