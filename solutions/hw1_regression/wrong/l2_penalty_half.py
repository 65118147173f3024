"""Has a factor 1/2.

module: regression
rejected by: test_l2_penalty_value, test_l2_penalty_gradient
"""

import torch


def l2_penalty(named_parameters, exclude_bias=True):
    kept = [p for n, p in named_parameters if not (exclude_bias and "bias" in n.split(".")[-1])]
    return sum((p**2).sum() for p in kept) / 2 if kept else torch.zeros(())
