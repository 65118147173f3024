"""Takes the first λ for all examples.

module: training_tricks
rejected by: test_mixup_lam
"""

import torch


def mixup(x, y, lam, index):
    if not y.is_floating_point():
        raise TypeError("labels must be probabilities")
    lam = torch.as_tensor(lam, dtype=x.dtype)

    def mix(z):
        share = lam.to(z.dtype).flatten()[0]
        return share * z + (1 - share) * z[index]

    return mix(x), mix(y)
