"""Makes columns with F.unfold and puts them back with F.fold; everything is a matrix product.

module: convolution
"""

import torch
import torch.nn.functional as F


def _two(value):
    return (value,) * 2 if isinstance(value, int) else tuple(value)


def conv2d(x, w, b=None, stride=1, padding=0):
    stride, padding = _two(stride), _two(padding)
    if x.size(1) != w.size(1):
        raise ValueError("x and w differ in channels")
    sizes = [(x.size(d) + 2 * padding[d - 2] - w.size(d)) // stride[d - 2] + 1 for d in (2, 3)]
    if any(x.size(d) + 2 * padding[d - 2] < w.size(d) for d in (2, 3)):
        raise ValueError("kernel too large")
    columns = F.unfold(x, w.shape[2:], padding=padding, stride=stride)
    y = w.reshape(len(w), -1) @ columns
    if b is not None:
        y = y + b.reshape(1, -1, 1)
    return y.reshape(len(x), len(w), *sizes)


def conv2d_backward(x, w, dout, stride=1, padding=0):
    stride, padding = _two(stride), _two(padding)
    kernel = tuple(w.shape[2:])
    columns = F.unfold(x, kernel, padding=padding, stride=stride)
    rows = dout.flatten(2)
    dw = torch.einsum("nol,nkl->ok", rows, columns).reshape(w.shape)
    back = w.flatten(1).T @ rows
    dx = F.fold(back, tuple(x.shape[2:]), kernel, padding=padding, stride=stride)
    return dx, dw, rows.sum(2).sum(0)


def conv_as_matrix(w, H, W):
    if w.shape[2] > H or w.shape[3] > W:
        raise ValueError("kernel too large")
    pixels = torch.eye(w.shape[1] * H * W, dtype=w.dtype).reshape(-1, w.shape[1], H, W)
    return conv2d(pixels, w).flatten(1).T


def receptive_field(layers):
    r = 1
    for kernel, stride in reversed(layers):
        r = (r - 1) * stride + kernel
    return r


def max_pool2d(x, kernel, stride=None):
    kernel = _two(kernel)
    stride = kernel if stride is None else _two(stride)
    if x.shape[2] < kernel[0] or x.shape[3] < kernel[1]:
        raise ValueError("kernel too large")
    sizes = [(x.shape[d] - kernel[d - 2]) // stride[d - 2] + 1 for d in (2, 3)]
    columns = F.unfold(x.flatten(0, 1).unsqueeze(1), kernel, stride=stride)
    return columns.max(dim=1).values.reshape(*x.shape[:2], *sizes)


def flatten(x, start_dim=1):
    return torch.flatten(x, start_dim)
