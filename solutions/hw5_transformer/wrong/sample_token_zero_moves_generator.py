"""Draws at temperature 0 too and throws the draw away.

module: decoding
rejected by: test_sample_token_temperature_zero
"""

import torch


def sample_token(logits, temperature, generator):
    if temperature < 0:
        raise ValueError("temperature")
    if temperature == 0:
        torch.rand(1, generator=generator)
        return logits.argmax(dim=-1)
    p = (logits / temperature).softmax(dim=-1)
    return torch.multinomial(p, 1, generator=generator).squeeze(-1)
