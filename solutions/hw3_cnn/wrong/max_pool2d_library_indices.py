"""Asks F.max_pool2d for the places.

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
    places = F.max_pool2d(x.detach(), (kh, kw), (sh, sw), return_indices=True)[1]
    return x.flatten(2).gather(2, places.flatten(2)).reshape(places.shape)
