"""Takes every k-th example for a fold.

module: regression
rejected by: test_kfold_indices_folds
"""

import torch


def kfold_indices(n, k, shuffle, generator):
    if not 2 <= k <= n:
        raise ValueError(k)
    order = torch.randperm(n, generator=generator) if shuffle else torch.arange(n)
    folds = [order[i::k] for i in range(k)]
    return [(torch.cat([f for j, f in enumerate(folds) if j != i]), folds[i]) for i in range(k)]
