"""Drops exactly the share p, not each element on its own.

module: network
rejected by: test_dropout_each_element
"""

import torch


def dropout(x, p, training, generator):
    if not 0 <= p <= 1:
        raise ValueError("p")
    if not training:
        return x
    kept = (torch.randperm(x.numel(), generator=generator) >= round(p * x.numel())).reshape(x.shape)
    return x * kept / (1 - p) if p < 1 else x * 0
