"""Mixes with the inverse permutation.

module: training_tricks
rejected by: test_mixup_value
"""

import torch


def mixup(x, y, lam, index):
    if not y.is_floating_point():
        raise TypeError("labels must be probabilities")
    lam = torch.as_tensor(lam, dtype=x.dtype)

    def mix(z):
        share = lam.to(z.dtype).reshape(-1, *[1] * (z.ndim - 1))
        return share * z + (1 - share) * z[index.argsort()]

    return mix(x), mix(y)
