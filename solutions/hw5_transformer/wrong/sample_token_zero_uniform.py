"""Takes 0 for an equal chance of all.

module: decoding
rejected by: test_sample_token_temperature_zero, test_sample_token_edges
"""

import torch


def sample_token(logits, temperature, generator):
    if temperature < 0:
        raise ValueError("temperature")
    if temperature == 0:
        logits, temperature = torch.zeros_like(logits), 1.0
    p = (logits / temperature).softmax(dim=-1)
    return torch.multinomial(p, 1, generator=generator).squeeze(-1)
