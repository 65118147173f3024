"""Views the image as blocks, which drops no rest and knows no overlap.

module: convolution
rejected by: test_max_pool2d_value
"""


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def max_pool2d(x, kernel, stride=None):
    kh, kw = _pair(kernel)
    sh, sw = (kh, kw) if stride is None else _pair(stride)
    if kh > x.shape[2] or kw > x.shape[3]:
        raise ValueError("kernel larger than the image")
    if (sh, sw) != (kh, kw):
        raise ValueError("overlap")
    blocks = x.view(*x.shape[:2], x.shape[2] // kh, kh, x.shape[3] // kw, kw)
    windows = blocks.transpose(3, 4).flatten(-2)
    return windows.gather(-1, windows.argmax(dim=-1, keepdim=True)).squeeze(-1)
