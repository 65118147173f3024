"""Adds uniform noise to the logits in place of Gumbel noise.

module: decoding
rejected by: test_sample_token_frequencies
"""

import torch


def sample_token(logits, temperature, generator):
    if temperature < 0:
        raise ValueError("temperature")
    if temperature == 0:
        return logits.argmax(dim=-1)
    noise = torch.rand(logits.shape, generator=generator, dtype=logits.dtype)
    return (logits / temperature + noise).argmax(dim=-1)
