"""Gives (1, L, L).

module: layers
rejected by: test_causal_mask
"""

import torch


def causal_mask(L):
    return torch.ones(L, L, dtype=torch.bool).tril()[None]
