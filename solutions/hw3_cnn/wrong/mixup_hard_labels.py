"""Rounds the mixed labels to one class.

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
        return share * z + (1 - share) * z[index]

    mixed = mix(y)
    return mix(x), torch.nn.functional.one_hot(mixed.argmax(dim=1), y.shape[1]).to(y.dtype)
