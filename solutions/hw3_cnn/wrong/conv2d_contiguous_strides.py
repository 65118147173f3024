"""Reckons strides from the shape, which is wrong for a transposed image.

module: convolution
rejected by: test_conv2d_layouts
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
    x = F.pad(x, (pw, pw, ph, ph)) if ph or pw else x
    if kh > x.shape[2] or kw > x.shape[3]:
        raise ValueError("kernel larger than the image")
    n, c, hx, wx = x.shape
    size = (n, c, (hx - kh) // sh + 1, (wx - kw) // sw + 1, kh, kw)
    windows = torch.as_strided(x, size, (c * hx * wx, hx * wx, sh * wx, sw, wx, 1))
    y = torch.einsum("ncijpq,ocpq->noij", windows, w)
    return y if b is None else y + b[:, None, None]
