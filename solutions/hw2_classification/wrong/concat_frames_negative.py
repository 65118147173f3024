"""Does not look whether n is positive.

module: network
rejected by: test_concat_frames_edges
"""

import torch


def concat_frames(x, n):
    if n % 2 == 0:
        raise ValueError("n must be odd and positive")
    k, T = n // 2, len(x)
    index = torch.arange(T)[:, None] + torch.arange(-k, k + 1)
    return x[index.clamp(0, T - 1)].reshape(T, -1)
