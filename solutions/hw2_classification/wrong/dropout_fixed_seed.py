"""Seeds the generator, so that every call drops the same.

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
        generator.manual_seed(0)
    kept = torch.rand(x.shape, generator=generator) >= p
    return x * kept / (1 - p) if p < 1 else x * 0
