"""Leaves the biases out even with exclude_bias=False.

module: regression
rejected by: test_l2_penalty_gradient
"""

import torch


def l2_penalty(named_parameters, exclude_bias=True):
    kept = [p for n, p in named_parameters if "bias" not in n.split(".")[-1]]
    return sum((p**2).sum() for p in kept) if kept else torch.zeros(())
