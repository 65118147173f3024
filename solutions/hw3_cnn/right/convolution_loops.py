"""Loops over the pixels, and torch.autograd.Function for what has a gradient.

module: convolution
"""

import itertools

import torch
from torch.nn.functional import pad


def _hw(value):
    return [value, value] if isinstance(value, int) else list(value)


def _places(shape, kernel, stride):
    """Where the windows begin, row by row, with the output pixel of each."""
    rows = range(0, shape[0] - kernel[0] + 1, stride[0])
    columns = range(0, shape[1] - kernel[1] + 1, stride[1])
    return rows, columns


class _Conv(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w, stride, padding):
        ctx.save_for_backward(x, w)
        ctx.settings = stride, padding
        (sh, sw), (ph, pw), (kh, kw) = stride, padding, w.shape[2:]
        padded = pad(x, (pw, pw, ph, ph))
        rows, columns = _places(padded.shape[2:], (kh, kw), (sh, sw))
        y = x.new_zeros(len(x), len(w), len(rows), len(columns))
        for (i, r), (j, c) in itertools.product(enumerate(rows), enumerate(columns)):
            window = padded[:, :, r : r + kh, c : c + kw].reshape(len(x), -1)
            y[:, :, i, j] = window @ w.reshape(len(w), -1).T
        return y

    @staticmethod
    def backward(ctx, dout):
        dx, dw, _ = conv2d_backward(*ctx.saved_tensors, dout, *ctx.settings)
        return dx, dw, None, None


def conv2d(x, w, b=None, stride=1, padding=0):
    stride, padding = _hw(stride), _hw(padding)
    if x.shape[1] != w.shape[1]:
        raise ValueError("channels")
    for have, margin, need in zip(x.shape[2:], padding, w.shape[2:], strict=True):
        if have + 2 * margin < need:
            raise ValueError("kernel")
    y = _Conv.apply(x, w, stride, padding)
    if b is not None:
        y = (y.movedim(1, -1) + b).movedim(-1, 1)
    return y


def conv2d_backward(x, w, dout, stride=1, padding=0):
    (sh, sw), (ph, pw), (kh, kw) = _hw(stride), _hw(padding), w.shape[2:]
    padded = pad(x, (pw, pw, ph, ph))
    dx, dw = torch.zeros_like(padded), torch.zeros_like(w)
    for i, j in itertools.product(range(dout.shape[2]), range(dout.shape[3])):
        window = (slice(None), slice(None), slice(i * sh, i * sh + kh), slice(j * sw, j * sw + kw))
        for n in range(len(x)):
            for o in range(len(w)):
                dw[o] += dout[n, o, i, j] * padded[window][n]
                dx[window][n] += dout[n, o, i, j] * w[o]
    height, width = x.shape[2:]
    return dx[:, :, ph : ph + height, pw : pw + width].contiguous(), dw, dout.transpose(0, 1).flatten(1).sum(1)


def conv_as_matrix(w, H, W):
    filters, channels, kh, kw = w.shape
    if kh > H or kw > W:
        raise ValueError("kernel")
    rows = []
    for o, i, j in itertools.product(range(filters), range(H - kh + 1), range(W - kw + 1)):
        rows.append(pad(w[o], (j, W - kw - j, i, H - kh - i)).reshape(channels * H * W))
    return torch.stack(rows)


def receptive_field(layers):
    total = 1
    for depth, (kernel, _) in enumerate(layers):
        width = kernel - 1
        for _, stride in layers[:depth]:
            width *= stride
        total += width
    return total


class _MaxPool(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, kernel, stride):
        rows, columns = _places(x.shape[2:], kernel, stride)
        y = x.new_empty(*x.shape[:2], len(rows), len(columns))
        place = torch.empty(y.shape, dtype=torch.int64)
        for n, c in itertools.product(range(x.shape[0]), range(x.shape[1])):
            for (i, r), (j, s) in itertools.product(enumerate(rows), enumerate(columns)):
                best = (r, s)
                for p, q in itertools.product(range(r, r + kernel[0]), range(s, s + kernel[1])):
                    if x[n, c, p, q] > x[n, c, best[0], best[1]]:
                        best = (p, q)
                y[n, c, i, j] = x[n, c, best[0], best[1]]
                place[n, c, i, j] = best[0] * x.shape[3] + best[1]
        ctx.save_for_backward(place)
        ctx.shape = x.shape
        return y

    @staticmethod
    def backward(ctx, dout):
        (place,) = ctx.saved_tensors
        dx = dout.new_zeros(ctx.shape).flatten(2)
        dx.scatter_add_(2, place.flatten(2), dout.flatten(2))
        return dx.reshape(ctx.shape), None, None


def max_pool2d(x, kernel, stride=None):
    kernel = _hw(kernel)
    if kernel[0] > x.shape[2] or kernel[1] > x.shape[3]:
        raise ValueError("kernel")
    return _MaxPool.apply(x, kernel, kernel if stride is None else _hw(stride))


def flatten(x, start_dim=1):
    if start_dim < -x.dim() or start_dim >= x.dim():
        raise IndexError(start_dim)
    size = list(x.size())
    start = start_dim + x.dim() if start_dim < 0 else start_dim
    while len(size) > start + 1:
        last = size.pop()
        size[-1] *= last
    return x.contiguous().view(size)
