"""Repeats the first frame beyond both ends.

module: network
rejected by: test_concat_frames_value
"""

import torch


def concat_frames(x, n):
    if n < 1 or n % 2 == 0:
        raise ValueError("n must be odd and positive")
    k, T = n // 2, len(x)
    index = torch.arange(T)[:, None] + torch.arange(-k, k + 1)
    return x[torch.where((index < 0) | (index >= T), 0, index)].reshape(T, -1)
