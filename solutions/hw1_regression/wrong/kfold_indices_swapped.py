"""Returns (validation, train).

module: regression
rejected by: test_kfold_indices_folds, test_kfold_indices_shuffle
"""

import torch


def kfold_indices(n, k, shuffle, generator):
    if not 2 <= k <= n:
        raise ValueError(k)
    order = torch.randperm(n, generator=generator) if shuffle else torch.arange(n)
    folds = order.tensor_split(k)
    return [(folds[i], torch.cat([f for j, f in enumerate(folds) if j != i])) for i in range(k)]
