"""Shrinks a kernel that is larger than the image.

module: convolution
rejected by: test_max_pool2d_edges
"""


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def max_pool2d(x, kernel, stride=None):
    kh, kw = _pair(kernel)
    sh, sw = (kh, kw) if stride is None else _pair(stride)
    if kh > x.shape[2] or kw > x.shape[3]:
        kh, kw = min(kh, x.shape[2]), min(kw, x.shape[3])
    windows = x.unfold(2, kh, sh).unfold(3, kw, sw).flatten(-2)
    return windows.gather(-1, windows.argmax(dim=-1, keepdim=True)).squeeze(-1)
