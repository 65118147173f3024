"""Accepts every p.

module: network
rejected by: test_dropout_edges
"""

import torch


def dropout(x, p, training, generator):
    if not training:
        return x
    kept = torch.rand(x.shape, generator=generator) >= p
    return x * kept / (1 - p) if p != 1 else x * 0
