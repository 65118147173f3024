"""Lets the training set begin after the validation set.

module: regression
rejected by: test_kfold_indices_folds
"""

import torch


def kfold_indices(n, k, shuffle, generator):
    if not 2 <= k <= n:
        raise ValueError(k)
    order = torch.randperm(n, generator=generator) if shuffle else torch.arange(n)
    folds = order.tensor_split(k)
    return [(torch.cat(folds[i + 1 :] + folds[:i]), folds[i]) for i in range(k)]
