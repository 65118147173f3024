"""Goes through the parameters twice, but model.named_parameters() gives them once.

module: regression
rejected by: test_l2_penalty_names
"""

import torch


def l2_penalty(named_parameters, exclude_bias=True):
    biases = {name for name, _ in named_parameters if "bias" in name.split(".")[-1]}
    kept = [p for name, p in named_parameters if not (exclude_bias and name in biases)]
    return torch.stack([p.square().sum() for p in kept]).sum() if kept else torch.zeros(())
