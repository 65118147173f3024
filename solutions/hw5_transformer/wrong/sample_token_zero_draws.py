"""Takes a very small temperature for 0, and draws at ties.

module: decoding
rejected by: test_sample_token_temperature_zero
"""

import torch


def sample_token(logits, temperature, generator):
    if temperature < 0:
        raise ValueError("temperature")
    temperature = max(temperature, 1e-6)
    p = (logits / temperature).softmax(dim=-1)
    return torch.multinomial(p, 1, generator=generator).squeeze(-1)
