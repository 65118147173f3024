"""Drops the same columns in every row.

module: network
rejected by: test_dropout_each_element
"""

import torch


def dropout(x, p, training, generator):
    if not 0 <= p <= 1:
        raise ValueError("p")
    if not training:
        return x
    kept = torch.rand(x.shape[-1:], generator=generator) >= p
    return x * kept / (1 - p) if p < 1 else x * 0
