"""Divides by p.

module: network
rejected by: test_dropout_training
"""

import torch


def dropout(x, p, training, generator):
    if not 0 <= p <= 1:
        raise ValueError("p")
    if not training:
        return x
    kept = torch.rand(x.shape, generator=generator) >= p
    return x * kept / p if 0 < p < 1 else x * float(p == 0)
