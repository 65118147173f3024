"""Takes p for the probability to keep.

module: network
rejected by: test_dropout_training
"""

import torch


def dropout(x, p, training, generator):
    if not 0 <= p <= 1:
        raise ValueError("p")
    if not training:
        return x
    kept = torch.rand(x.shape, generator=generator) < p
    return x * kept / p if p > 0 else x * 0
