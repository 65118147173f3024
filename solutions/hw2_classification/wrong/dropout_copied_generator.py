"""Draws from a copy, so that the generator does not move.

module: network
rejected by: test_dropout_generator
"""

import torch


def dropout(x, p, training, generator):
    if not 0 <= p <= 1:
        raise ValueError("p")
    if not training:
        return x
    if generator is not None:
        generator = torch.Generator().set_state(generator.get_state())
    kept = torch.rand(x.shape, generator=generator) >= p
    return x * kept / (1 - p) if p < 1 else x * 0
