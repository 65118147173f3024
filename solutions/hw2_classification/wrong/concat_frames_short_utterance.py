"""Fails if the utterance is shorter than the window's half.

module: network
rejected by: test_concat_frames_edges
"""

import torch


def concat_frames(x, n):
    if n < 1 or n % 2 == 0:
        raise ValueError("n must be odd and positive")
    k, T = n // 2, len(x)
    past = [torch.cat([x[:1].expand(s, -1), x[: T - s]]) for s in range(k, 0, -1)]
    future = [torch.cat([x[s:], x[-1:].expand(s, -1)]) for s in range(1, k + 1)]
    return torch.cat([*past, x, *future], dim=1)
