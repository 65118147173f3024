"""Gives 0 and −∞ to be added.

module: layers
rejected by: test_causal_mask
"""

import torch


def causal_mask(L):
    return torch.full((L, L), float("-inf")).triu(1)
