"""Accepts one fold, none, or more than there are examples.

module: regression
rejected by: test_kfold_indices_edges
"""

import torch


def kfold_indices(n, k, shuffle, generator):
    k = max(k, 1)
    order = torch.randperm(n, generator=generator) if shuffle else torch.arange(n)
    folds = order.tensor_split(k)
    return [(torch.cat([f for j, f in enumerate(folds) if j != i] or [order]), folds[i]) for i in range(k)]
