"""Rounds λ to float32, for images in float64 too.

module: training_tricks
rejected by: test_mixup_edges
"""

import torch


def mixup(x, y, lam, index):
    if not y.is_floating_point():
        raise TypeError("labels must be probabilities")
    lam = torch.as_tensor(lam, dtype=torch.float32)

    def mix(z):
        share = lam.to(z.dtype).reshape(-1, *[1] * (z.ndim - 1))
        return share * z + (1 - share) * z[index]

    return mix(x), mix(y)
