"""Takes every vector for a bias.

module: regression
rejected by: test_l2_penalty_names
"""

import torch


def l2_penalty(named_parameters, exclude_bias=True):
    kept = [p for n, p in named_parameters if not (exclude_bias and p.ndim < 2)]
    return sum((p**2).sum() for p in kept) if kept else torch.zeros(())
