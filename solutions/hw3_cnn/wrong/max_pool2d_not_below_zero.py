"""Starts from 0, so that a window of negative numbers gives 0.

module: convolution
rejected by: test_max_pool2d_value
"""

import torch


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def max_pool2d(x, kernel, stride=None):
    kh, kw = _pair(kernel)
    sh, sw = (kh, kw) if stride is None else _pair(stride)
    if kh > x.shape[2] or kw > x.shape[3]:
        raise ValueError("kernel larger than the image")
    windows = x.unfold(2, kh, sh).unfold(3, kw, sw).flatten(-2)
    y = windows.gather(-1, windows.argmax(dim=-1, keepdim=True)).squeeze(-1)
    return torch.where(y > 0, y, 0)
