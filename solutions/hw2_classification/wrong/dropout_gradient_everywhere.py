"""Lets the gradient through where it has dropped.

module: network
rejected by: test_dropout_gradient
"""

import torch


def dropout(x, p, training, generator):
    if not 0 <= p <= 1:
        raise ValueError("p")
    if not training:
        return x
    kept = torch.rand(x.shape, generator=generator) >= p
    y = x / (1 - p) if p < 1 else x
    return y - (y * ~kept).detach()
