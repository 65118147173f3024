"""Drops in eval mode and not in training.

module: network
rejected by: test_dropout_training
"""

import torch


def dropout(x, p, training, generator):
    if not 0 <= p <= 1:
        raise ValueError("p")
    if training:
        return x
    kept = torch.rand(x.shape, generator=generator) >= p
    return x * kept / (1 - p) if p < 1 else x * 0
