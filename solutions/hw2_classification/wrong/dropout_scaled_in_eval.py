"""Multiplies by 1 − p in eval mode, as the lecture does.

module: network
rejected by: test_dropout_training
"""

import torch


def dropout(x, p, training, generator):
    if not 0 <= p <= 1:
        raise ValueError("p")
    if not training:
        return x * (1 - p)
    kept = torch.rand(x.shape, generator=generator) >= p
    return x * kept
