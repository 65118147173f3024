"""A pixel that is the maximum of several windows keeps one gradient only.

module: convolution
rejected by: test_max_pool2d_gradient
"""

import torch


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


class _Pool(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, kh, kw, sh, sw):
        at = torch.arange(x[0, 0].numel()).reshape(x.shape[2:]).expand(x.shape)
        windows = x.unfold(2, kh, sh).unfold(3, kw, sw).flatten(-2)
        best = windows.argmax(dim=-1, keepdim=True)
        ctx.shape = x.shape
        ctx.save_for_backward(at.unfold(2, kh, sh).unfold(3, kw, sw).flatten(-2).gather(-1, best).squeeze(-1))
        return windows.gather(-1, best).squeeze(-1)

    @staticmethod
    def backward(ctx, dy):
        (at,) = ctx.saved_tensors
        dx = torch.zeros(ctx.shape, dtype=dy.dtype).flatten(2)
        return dx.scatter(2, at.flatten(2), dy.flatten(2)).reshape(ctx.shape), None, None, None, None


def max_pool2d(x, kernel, stride=None):
    kh, kw = _pair(kernel)
    sh, sw = (kh, kw) if stride is None else _pair(stride)
    if kh > x.shape[2] or kw > x.shape[3]:
        raise ValueError("kernel larger than the image")
    return _Pool.apply(x, kh, kw, sh, sw)
