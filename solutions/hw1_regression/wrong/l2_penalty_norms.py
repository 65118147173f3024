"""Adds up norms.

module: regression
rejected by: test_l2_penalty_value
"""

import torch


def l2_penalty(named_parameters, exclude_bias=True):
    kept = [p for n, p in named_parameters if not (exclude_bias and "bias" in n.split(".")[-1])]
    return sum(p.norm() for p in kept) if kept else torch.zeros(())
