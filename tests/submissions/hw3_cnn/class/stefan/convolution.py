# Sliding windows are a view; the sums are einsums.
from __future__ import annotations

import math

import torch
from torch import Tensor, einsum
from torch.nn.functional import pad


def _hw(value) -> tuple[int, int]:
    if isinstance(value, int):
        return value, value
    vertical, horizontal = value
    return vertical, horizontal


def _windows(x: Tensor, kernel, stride) -> Tensor:
    """(N, C, H, W) -> (N, C, H', W', kh, kw), without a copy."""
    if kernel[0] > x.shape[2] or kernel[1] > x.shape[3]:
        raise ValueError(f"kernel {tuple(kernel)}, image {tuple(x.shape[2:])}")
    return x.unfold(2, kernel[0], stride[0]).unfold(3, kernel[1], stride[1])


def conv2d(x: Tensor, w: Tensor, b: Tensor | None = None, stride=1, padding=0) -> Tensor:
    ph, pw = _hw(padding)
    if x.shape[1] != w.shape[1]:
        raise ValueError(f"{x.shape[1]} channels, but filters for {w.shape[1]}")
    windows = _windows(pad(x, (pw, pw, ph, ph)), w.shape[2:], _hw(stride))
    y = einsum("ncijpq,ocpq->noij", windows, w)
    return y if b is None else y + b[:, None, None]


def conv2d_backward(x: Tensor, w: Tensor, dout: Tensor, stride=1, padding=0) -> tuple[Tensor, Tensor, Tensor]:
    (sh, sw), (ph, pw) = _hw(stride), _hw(padding)
    padded = pad(x, (pw, pw, ph, ph))
    dw = einsum("noij,ncijpq->ocpq", dout, _windows(padded, w.shape[2:], (sh, sw)))
    shares = einsum("noij,ocpq->ncijpq", dout, w)
    dx = torch.zeros_like(padded, memory_format=torch.contiguous_format)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            top, left = i * sh, j * sw
            dx[:, :, top : top + w.shape[2], left : left + w.shape[3]] += shares[:, :, i, j]
    dx = dx[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]]
    return dx, dw, einsum("noij->o", dout)


def conv_as_matrix(w: Tensor, H: int, W: int) -> Tensor:
    o, c, kh, kw = w.shape
    h, wd = H - kh + 1, W - kw + 1
    if h < 1 or wd < 1:
        raise ValueError("the kernel is larger than the image")
    m = torch.zeros(o, h, wd, c, H, W)
    for i in range(h):
        for j in range(wd):
            m[:, i, j, :, i : i + kh, j : j + kw] = w
    return m.reshape(o * h * wd, c * H * W)


def receptive_field(layers) -> int:
    strides = [1]
    for _, stride in layers:
        strides.append(strides[-1] * stride)
    return 1 + sum((kernel - 1) * step for (kernel, _), step in zip(layers, strides))


def max_pool2d(x: Tensor, kernel, stride=None) -> Tensor:
    kernel = _hw(kernel)
    stride = kernel if stride is None else _hw(stride)
    return _windows(x, kernel, stride).flatten(-2).max(dim=-1).values


def flatten(x: Tensor, start_dim: int = 1) -> Tensor:
    start = range(x.dim())[start_dim]  # counts from the end, and raises IndexError
    return x.reshape(*x.shape[:start], math.prod(x.shape[start:]))
