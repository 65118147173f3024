"""Cannot shuffle without a generator.

module: regression
rejected by: test_kfold_indices_edges
"""

import torch


def kfold_indices(n, k, shuffle, generator):
    if not 2 <= k <= n:
        raise ValueError(k)
    order = torch.randperm(n, generator=generator, device=generator.device) if shuffle else torch.arange(n)
    folds = order.tensor_split(k)
    return [(torch.cat([f for j, f in enumerate(folds) if j != i]), folds[i]) for i in range(k)]
