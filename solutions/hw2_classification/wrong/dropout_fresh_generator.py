"""Makes a generator of its own where it gets None.

module: network
rejected by: test_dropout_each_element
"""

import torch


def dropout(x, p, training, generator):
    if not 0 <= p <= 1:
        raise ValueError("p")
    if not training:
        return x
    generator = generator or torch.Generator().manual_seed(0)
    kept = torch.rand(x.shape, generator=generator) >= p
    return x * kept / (1 - p) if p < 1 else x * 0
