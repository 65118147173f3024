"""Calls F.max_pool2d.

module: convolution
rejected by: test_max_pool2d_value
"""

import torch.nn.functional as F


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def max_pool2d(x, kernel, stride=None):
    kh, kw = _pair(kernel)
    sh, sw = (kh, kw) if stride is None else _pair(stride)
    if kh > x.shape[2] or kw > x.shape[3]:
        raise ValueError("kernel larger than the image")
    return F.max_pool2d(x, (kh, kw), (sh, sw))
