"""Divides by a temperature of 0.

module: decoding
rejected by: test_sample_token_temperature_zero, test_sample_token_edges
"""

import torch


def sample_token(logits, temperature, generator):
    if temperature < 0:
        raise ValueError("temperature")
    p = (logits / temperature).softmax(dim=-1)
    return torch.multinomial(p, 1, generator=generator).squeeze(-1)
