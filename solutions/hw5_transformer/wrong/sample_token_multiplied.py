"""Multiplies by the temperature.

module: decoding
rejected by: test_sample_token_frequencies
"""

import torch


def sample_token(logits, temperature, generator):
    if temperature < 0:
        raise ValueError("temperature")
    if temperature == 0:
        return logits.argmax(dim=-1)
    p = (logits * temperature).softmax(dim=-1)
    return torch.multinomial(p, 1, generator=generator).squeeze(-1)
