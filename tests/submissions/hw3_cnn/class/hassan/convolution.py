"""HW3, part 1: Hassan"""

from __future__ import annotations

import functools
import operator

import torch
from torch import Tensor
from torch.nn import functional as F


def _pair(value):
    """(vertical, horizontal)."""
    return [value] * 2 if isinstance(value, int) else list(value)


def _size(image, kernel, stride):
    """How many windows fit, in both directions."""
    if kernel[0] > image[0] or kernel[1] > image[1]:
        raise ValueError(f"a kernel of {list(kernel)} on an image of {list(image)}")
    return [(length - k) // s + 1 for length, k, s in zip(image, kernel, stride)]


def _shifted(x, p, q, size, stride):
    """The pixels that meet number (p, q) of the kernel, one for each window: a view (N, C, H', W')."""
    rows = slice(p, p + stride[0] * (size[0] - 1) + 1, stride[0])
    columns = slice(q, q + stride[1] * (size[1] - 1) + 1, stride[1])
    return x[:, :, rows, columns]


def conv2d(x: Tensor, w: Tensor, b: Tensor | None = None, stride=1, padding=0) -> Tensor:
    """Sums over p and q; each summand is a 1 x 1 convolution of a shifted picture."""
    if x.shape[1] != w.shape[1]:
        raise ValueError(f"{x.shape[1]} channels and filters for {w.shape[1]}")
    stride, (ph, pw) = _pair(stride), _pair(padding)
    x = F.pad(x, (pw, pw, ph, ph))
    size = _size(x.shape[2:], w.shape[2:], stride)
    y = torch.zeros(x.shape[0], w.shape[0], *size, dtype=x.dtype)
    for p in range(w.shape[2]):
        for q in range(w.shape[3]):
            y = y + torch.tensordot(_shifted(x, p, q, size, stride), w[:, :, p, q], dims=([1], [1])).movedim(3, 1)
    return y if b is None else y + b[None, :, None, None]


def conv2d_backward(x: Tensor, w: Tensor, dout: Tensor, stride=1, padding=0):
    """The same shifts backwards."""
    stride, (ph, pw) = _pair(stride), _pair(padding)
    padded = F.pad(x, (pw, pw, ph, ph))
    size = dout.shape[2:]
    dpadded, dw = torch.zeros(padded.shape, dtype=x.dtype), torch.zeros(w.shape, dtype=x.dtype)
    for p in range(w.shape[2]):
        for q in range(w.shape[3]):
            seen = _shifted(padded, p, q, size, stride)
            dw[:, :, p, q] = torch.tensordot(dout, seen, dims=([0, 2, 3], [0, 2, 3]))
            back = _shifted(dpadded, p, q, size, stride)
            back += torch.tensordot(dout, w[:, :, p, q], dims=([1], [0])).movedim(3, 1)
    return dpadded[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]], dw, dout.sum((0, 2, 3))


def conv_as_matrix(w: Tensor, H: int, W: int) -> Tensor:
    """Which number of the kernel stands where? Then one multiplication picks them."""
    out, channels, kh, kw = w.shape
    h, width = _size((H, W), (kh, kw), (1, 1))
    dr = torch.arange(H) - torch.arange(h)[:, None]  # (H', H): row of the pixel within the window
    dc = torch.arange(W) - torch.arange(width)[:, None]  # (W', W)
    rows = torch.stack([dr == p for p in range(kh)]).to(w.dtype)  # (kh, H', H)
    columns = torch.stack([dc == q for q in range(kw)]).to(w.dtype)
    matrix = torch.einsum("ocpq,pir,qjs->oijcrs", w, rows, columns)
    return matrix.reshape(out * h * width, channels * H * W)


def receptive_field(layers) -> int:
    """Each layer adds (k - 1) steps; a step is as wide as the product of the strides before."""
    field = 1
    for index, (kernel, _) in enumerate(layers):
        step = functools.reduce(operator.mul, (stride for _, stride in layers[:index]), 1)
        field += (kernel - 1) * step
    return field


def max_pool2d(x: Tensor, kernel, stride=None) -> Tensor:
    """All shifted pictures in a stack, the first maximum of each pixel."""
    kernel = _pair(kernel)
    stride = kernel if stride is None else _pair(stride)
    size = _size(x.shape[2:], kernel, stride)
    stack = torch.stack([_shifted(x, p, q, size, stride) for p in range(kernel[0]) for q in range(kernel[1])])
    return torch.gather(stack, 0, stack.detach().argmax(0, keepdim=True))[0]


def flatten(x: Tensor, start_dim: int = 1) -> Tensor:
    """Multiplies the sizes from start_dim on."""
    if start_dim not in range(-x.ndim, x.ndim):
        raise IndexError(start_dim)
    start = start_dim + x.ndim if start_dim < 0 else start_dim
    rest = functools.reduce(operator.mul, x.shape[start:], 1)
    return x.reshape(list(x.shape[:start]) + [rest])
