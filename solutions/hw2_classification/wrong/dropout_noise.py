"""Multiplies by Gaussian noise of the same variance.

module: network
rejected by: test_dropout_training
"""

import torch


def dropout(x, p, training, generator):
    if not 0 <= p <= 1:
        raise ValueError("p")
    if not training:
        return x
    noise = torch.randn(x.shape, generator=generator, dtype=x.dtype)
    return x * (1 + noise * (p / (1 - p)) ** 0.5) if p < 1 else x * 0
