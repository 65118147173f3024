"""Reads at i·H/h, without the half pixels.

module: transforms
rejected by: test_resize_shrinks
"""

import torch


def resize(img, size):
    H, W = img.shape[1:]
    if isinstance(size, int):
        h, w = (size, size * W // H) if H <= W else (size * H // W, size)
    else:
        h, w = size
    if h < 1 or w < 1:
        raise ValueError("size")
    r, s = torch.arange(h) * H / h, torch.arange(w) * W / w
    i, j = r.long(), s.long()
    a, b = (s - j).to(img.dtype), (r - i).to(img.dtype)[:, None]
    k, m = (i + 1).clamp(max=H - 1)[:, None], (j + 1).clamp(max=W - 1)
    i = i[:, None]
    return (1 - b) * ((1 - a) * img[:, i, j] + a * img[:, i, m]) + b * ((1 - a) * img[:, k, j] + a * img[:, k, m])
