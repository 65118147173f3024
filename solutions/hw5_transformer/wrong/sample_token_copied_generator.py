"""Draws from a copy, so that the generator does not move.

module: decoding
rejected by: test_sample_token_generator
"""

import torch


def sample_token(logits, temperature, generator):
    if temperature < 0:
        raise ValueError("temperature")
    if temperature == 0:
        return logits.argmax(dim=-1)
    if generator is not None:
        generator = torch.Generator().set_state(generator.get_state())
    p = (logits / temperature).softmax(dim=-1)
    return torch.multinomial(p, 1, generator=generator).squeeze(-1)
