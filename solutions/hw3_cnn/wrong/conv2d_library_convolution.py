"""Calls torch.convolution.

module: convolution
rejected by: test_conv2d_value
"""

import torch
import torch.nn.functional as F


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def conv2d(x, w, b=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = _pair(stride), _pair(padding)
    kh, kw = w.shape[2:]
    if x.shape[1] != w.shape[1]:
        raise ValueError("channels")
    x = F.pad(x, (pw, pw, ph, ph))
    if kh > x.shape[2] or kw > x.shape[3]:
        raise ValueError("kernel larger than the image")
    return torch.convolution(x, w, b, (sh, sw), (0, 0), (1, 1), False, (0, 0), 1)
