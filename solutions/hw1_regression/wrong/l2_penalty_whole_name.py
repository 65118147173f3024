"""Looks for bias anywhere in the name.

module: regression
rejected by: test_l2_penalty_names
"""

import torch


def l2_penalty(named_parameters, exclude_bias=True):
    kept = [p for n, p in named_parameters if not (exclude_bias and "bias" in n)]
    return sum((p**2).sum() for p in kept) if kept else torch.zeros(())
