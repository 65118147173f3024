"""Gives all that is left over to the last fold.

module: regression
rejected by: test_kfold_indices_folds, test_kfold_indices_shuffle
"""

import torch


def kfold_indices(n, k, shuffle, generator):
    if not 2 <= k <= n:
        raise ValueError(k)
    order = torch.randperm(n, generator=generator) if shuffle else torch.arange(n)
    folds = [order[i * (n // k) : (i + 1) * (n // k) if i < k - 1 else n] for i in range(k)]
    return [(torch.cat([f for j, f in enumerate(folds) if j != i]), folds[i]) for i in range(k)]
