"""HW3, part 1: Rashid"""

from itertools import product

import torch
from torch.autograd import Function


def _two(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def _padded(x, padding):
    ph, pw = padding
    n, c, h, w = x.shape
    out = x.new_zeros(n, c, h + 2 * ph, w + 2 * pw)
    out[:, :, ph : ph + h, pw : pw + w] = x
    return out


def _count(size, kernel, stride):
    if kernel > size:
        raise ValueError("the kernel does not fit")
    return (size - kernel) // stride + 1


class _Conv(Function):
    @staticmethod
    def forward(ctx, x, w, stride, padding):
        ctx.save_for_backward(x, w)
        ctx.stride, ctx.padding = stride, padding
        big = _padded(x, padding)
        kh, kw = w.shape[2:]
        rows = _count(big.shape[2], kh, stride[0])
        cols = _count(big.shape[3], kw, stride[1])
        y = x.new_zeros(x.shape[0], w.shape[0], rows, cols)
        flat = w.reshape(w.shape[0], -1)
        for i, j in product(range(rows), range(cols)):
            top, left = i * stride[0], j * stride[1]
            window = big[:, :, top : top + kh, left : left + kw].reshape(x.shape[0], -1)
            y[:, :, i, j] = window @ flat.T
        return y

    @staticmethod
    def backward(ctx, dout):
        x, w = ctx.saved_tensors
        dx, dw, _ = conv2d_backward(x, w, dout, ctx.stride, ctx.padding)
        return dx, dw, None, None


def conv2d(x, w, b=None, stride=1, padding=0):
    """Window by window."""
    if x.size(1) != w.size(1):
        raise ValueError("channels of x and w")
    y = _Conv.apply(x, w, _two(stride), _two(padding))
    return y if b is None else y + b.reshape(1, -1, 1, 1)


def conv2d_backward(x, w, dout, stride=1, padding=0):
    """Window by window: dw collects windows, dx gets filters back."""
    (sh, sw), (ph, pw) = _two(stride), _two(padding)
    big = _padded(x, (ph, pw))
    o, c, kh, kw = w.shape
    dbig = torch.zeros_like(big)
    dw = w.new_zeros(o, c * kh * kw)
    flat = w.reshape(o, -1)
    for i, j in product(range(dout.size(2)), range(dout.size(3))):
        where = (slice(None), slice(None), slice(i * sh, i * sh + kh), slice(j * sw, j * sw + kw))
        d = dout[:, :, i, j]  # (N, O)
        dw += d.T @ big[where].reshape(len(x), -1)
        dbig[where] += (d @ flat).reshape(len(x), c, kh, kw)
    dx = dbig[:, :, ph : ph + x.size(2), pw : pw + x.size(3)]
    return dx.contiguous(), dw.reshape(w.shape), dout.sum(dim=3).sum(dim=2).sum(dim=0)


def conv_as_matrix(w, H, W):
    """One row after the other: the filter in an empty image."""
    o, c, kh, kw = w.shape
    if kh > H or kw > W:
        raise ValueError("the kernel does not fit")
    rows = []
    for k, i, j in product(range(o), range(H - kh + 1), range(W - kw + 1)):
        image = w.new_zeros(c, H, W)
        image[:, i : i + kh, j : j + kw] = w[k]
        rows.append(image.flatten())
    return torch.stack(rows)


def receptive_field(layers):
    """Backwards: from one pixel of the last layer."""
    pixels = 1
    for kernel, stride in list(layers)[::-1]:
        pixels = (pixels - 1) * stride + kernel
    return pixels


class _Pool(Function):
    @staticmethod
    def forward(ctx, x, kernel, stride):
        n, c, h, w = x.shape
        rows, cols = _count(h, kernel[0], stride[0]), _count(w, kernel[1], stride[1])
        y = x.new_empty(n, c, rows, cols)
        place = torch.empty(n, c, rows, cols, dtype=torch.long)
        for i, j in product(range(rows), range(cols)):
            top, left = i * stride[0], j * stride[1]
            window = x[:, :, top : top + kernel[0], left : left + kernel[1]].reshape(n, c, -1)
            y[:, :, i, j], k = window.max(dim=2)
            place[:, :, i, j] = (top + k // kernel[1]) * w + left + k % kernel[1]
        ctx.save_for_backward(place)
        ctx.shape = (n, c, h, w)
        return y

    @staticmethod
    def backward(ctx, dout):
        (place,) = ctx.saved_tensors
        n, c, h, w = ctx.shape
        dx = dout.new_zeros(n, c, h * w)
        dx.scatter_add_(2, place.flatten(2), dout.flatten(2))
        return dx.view(n, c, h, w), None, None


def max_pool2d(x, kernel, stride=None):
    """Remembers where each maximum was."""
    kernel = _two(kernel)
    return _Pool.apply(x, kernel, kernel if stride is None else _two(stride))


def flatten(x, start_dim=1):
    """Keeps the sizes in front of start_dim."""
    if start_dim < -x.dim() or start_dim >= x.dim():
        raise IndexError(f"{start_dim} of {x.dim()} dimensions")
    front = x.shape[: start_dim % x.dim()]
    size = 1
    for length in x.shape[len(front) :]:
        size *= length
    return x.reshape(front + (size,))
