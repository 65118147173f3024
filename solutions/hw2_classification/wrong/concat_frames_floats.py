"""Pads with F.pad, for which it makes float32 of everything.

module: network
rejected by: test_concat_frames_dtypes
"""

import torch


def concat_frames(x, n):
    if n < 1 or n % 2 == 0:
        raise ValueError("n must be odd and positive")
    k, T = n // 2, len(x)
    index = torch.arange(T)[:, None] + torch.arange(-k, k + 1)
    x = torch.nn.functional.pad(x.float().T[None], (k, k), mode="replicate")[0].T
    index, T = index + k, len(x)
    return x[index.clamp(0, T - 1)].reshape(len(index), -1)
