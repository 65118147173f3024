"""Writes the zeros into x.

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
    return x.mul_(kept).div_(1 - p) if p < 1 else x.mul_(0)
