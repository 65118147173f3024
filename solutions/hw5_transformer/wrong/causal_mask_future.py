"""Allows the future.

module: layers
rejected by: test_causal_mask
"""

import torch


def causal_mask(L):
    return torch.ones(L, L, dtype=torch.bool).triu()
