"""Mixes class numbers.

module: training_tricks
rejected by: test_mixup_class_numbers
"""

import torch


def mixup(x, y, lam, index):
    y = y if y.is_floating_point() else y.to(x.dtype)
    lam = torch.as_tensor(lam, dtype=x.dtype)

    def mix(z):
        share = lam.to(z.dtype).reshape(-1, *[1] * (z.ndim - 1))
        return share * z + (1 - share) * z[index]

    return mix(x), mix(y)
