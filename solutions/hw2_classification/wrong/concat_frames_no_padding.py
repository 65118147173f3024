"""Leaves out the frames whose window is not complete.

module: network
rejected by: test_concat_frames_value
"""

import torch


def concat_frames(x, n):
    if n < 1 or n % 2 == 0:
        raise ValueError("n must be odd and positive")
    k, T = n // 2, len(x)
    index = torch.arange(T)[:, None] + torch.arange(-k, k + 1)
    index = index[k : T - k]
    return x[index.clamp(0, T - 1)].reshape(len(index), -1)
