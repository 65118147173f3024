"""Convolution: forward, backward by hand, as a matrix; receptive fields, max pooling and flattening.

The handout (README.md) has the formulas, worked examples, every convention, and what may not be called here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def _pair(value: int | Sequence[int]) -> tuple[int, int]:
    """(vertical, horizontal): an int stands for both. Given; use it or not."""
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def conv2d(
    x: Tensor,
    w: Tensor,
    b: Tensor | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
) -> Tensor:
    """The convolution of torch.nn.functional.conv2d: the kernel is not flipped.

    y[n, o, i, j] = b[o] + Σ_c Σ_p Σ_q x[n, c, s_h·i + p − p_h, s_w·j + q − p_w] · w[o, c, p, q], with x = 0 outside;
    H' = ⌊(H + 2·p_h − kh) / s_h⌋ + 1, W' likewise.

    Args:
        x: (N, C, H, W).
        w: (O, C, kh, kw).
        b: (O,), or None for no bias.
        stride, padding: an int, or a pair (vertical, horizontal).
    Returns:
        (N, O, H', W'), differentiable with respect to x, w and b.
    Raises:
        ValueError: if x and w differ in C, or the kernel is larger than the padded image.

    >>> x = torch.tensor([[[[1., 2., 3.], [4., 5., 6.], [7., 8., 9.]]]])
    >>> w = torch.tensor([[[[1., 2.], [0., 10.]]]])
    >>> conv2d(x, w, torch.tensor([100.]))
    tensor([[[[155., 168.],
              [194., 207.]]]])
    """
    sh, sw = _pair(stride)
    ph, pw = _pair(padding)
    n, c, height, width = x.shape
    filters, channels, kh, kw = w.shape
    if c != channels:
        raise ValueError("x and w have different channels")
    x = F.pad(x, (pw, pw, ph, ph))
    if kh > x.shape[2] or kw > x.shape[3]:
        raise ValueError("the kernel is larger than the padded image")
    rows = (x.shape[2] - kh) // sh + 1
    columns = (x.shape[3] - kw) // sw + 1
    lines = []
    for i in range(rows):
        line = []
        for j in range(columns):
            window = x[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw]
            line.append((window[:, None] * w).sum(dim=(2, 3, 4)))  # (N, O)
        lines.append(torch.stack(line, dim=2))
    y = torch.stack(lines, dim=2)
    if b is not None:
        y = y + b.reshape(1, filters, 1, 1)
    return y


def conv2d_backward(
    x: Tensor,
    w: Tensor,
    dout: Tensor,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
) -> tuple[Tensor, Tensor, Tensor]:
    """The gradients of ``conv2d`` by hand, without autograd.

    dw[o, c, p, q] = Σ_n Σ_i Σ_j dout[n, o, i, j] · x[n, c, s_h·i + p − p_h, s_w·j + q − p_w];
    db[o] = Σ_n Σ_i Σ_j dout[n, o, i, j];  dx: each output pixel gives dout · w back to the pixels it was made of.

    Args:
        x: (N, C, H, W).
        w: (O, C, kh, kw).
        dout: the gradient of the loss with respect to the output of ``conv2d``, (N, O, H', W').
        stride, padding: those of the forward pass; an int, or a pair (vertical, horizontal).
    Returns:
        (dx, dw, db) of the shapes of x, w and b. A pixel that no window reaches has dx = 0.

    >>> x = torch.tensor([[[[1., 2., 3.], [4., 5., 6.], [7., 8., 9.]]]])
    >>> w = torch.tensor([[[[1., 2.], [0., 10.]]]])
    >>> dx, dw, db = conv2d_backward(x, w, torch.tensor([[[[1., 0.], [0., 2.]]]]))
    >>> dx
    tensor([[[[ 1.,  2.,  0.],
              [ 0., 12.,  4.],
              [ 0.,  0., 20.]]]])
    """
    sh, sw = _pair(stride)
    ph, pw = _pair(padding)
    height, width = x.shape[2:]
    kh, kw = w.shape[2:]
    x = F.pad(x, (pw, pw, ph, ph))
    dx = torch.zeros(x.shape, dtype=x.dtype)
    dw = torch.zeros(w.shape, dtype=w.dtype)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            d = dout[:, :, i, j, None, None, None]  # (N, O, 1, 1, 1)
            window = x[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw]
            dw += (d * window[:, None]).sum(dim=0)
            dx[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += (d * w).sum(dim=1)
    db = dout.sum(dim=(0, 2, 3))
    return dx[:, :, ph : ph + height, pw : pw + width], dw, db


def conv_as_matrix(w: Tensor, H: int, W: int) -> Tensor:
    """The matrix M of the convolution with w (stride 1, no padding) on images of H × W.

    conv2d(x, w) flattened is M times x flattened, for every x (C, H, W): M holds each number of w many times (shared
    weights) and 0 elsewhere.

    Args:
        w: (O, C, kh, kw).
        H, W: height and width of the image.
    Returns:
        (O·H'·W', C·H·W) with H' = H − kh + 1, W' = W − kw + 1. Rows in the order of a flattened (O, H', W'), columns
        in that of a flattened (C, H, W); differentiable with respect to w.
    Raises:
        ValueError: if the kernel is larger than the image.

    >>> conv_as_matrix(torch.tensor([[[[1., 2.]]]]), H=2, W=3)
    tensor([[1., 2., 0., 0., 0., 0.],
            [0., 1., 2., 0., 0., 0.],
            [0., 0., 0., 1., 2., 0.],
            [0., 0., 0., 0., 1., 2.]])
    """
    filters, channels, kh, kw = w.shape
    if kh > H or kw > W:
        raise ValueError("the kernel is larger than the image")
    rows = []
    for o in range(filters):
        for i in range(H - kh + 1):
            for j in range(W - kw + 1):
                # The filter at its place in an empty image, as one row.
                rows.append(F.pad(w[o], (j, W - kw - j, i, H - kh - i)).reshape(-1))
    return torch.stack(rows)


def receptive_field(layers: Sequence[tuple[int, int]]) -> int:
    """How many input pixels in a row one output pixel sees, through layers of convolution or pooling.

    r = 1 + Σ_l (k_l − 1) · s_1·…·s_(l−1): a step in layer l is as wide as all strides before it.

    Args:
        layers: (kernel, stride) of each layer, the one next to the image first.
    Returns:
        r, an int; 1 for no layers.

    >>> receptive_field([(3, 1), (3, 1)]), receptive_field([(3, 2), (3, 1)])
    (5, 7)
    """
    field = 1
    step = 1
    for kernel, stride in layers:
        field = field + (kernel - 1) * step
        step = step * stride
    return field


def max_pool2d(x: Tensor, kernel: int | Sequence[int], stride: int | Sequence[int] | None = None) -> Tensor:
    """The largest value of each window, as torch.nn.functional.max_pool2d has it; no padding.

    H' = ⌊(H − kh) / s_h⌋ + 1, W' likewise: what is left over at the lower and right edge is dropped. The gradient of
    a window goes whole to its maximum; at a tie to the first one, row by row.

    Args:
        x: (N, C, H, W).
        kernel: an int, or a pair (vertical, horizontal).
        stride: the same; None stands for the kernel's.
    Returns:
        (N, C, H', W'), differentiable.
    Raises:
        ValueError: if the kernel is larger than the image.

    >>> max_pool2d(torch.tensor([[[[1., 5., 9.], [3., 2., 8.], [7., 7., 7.]]]]), 2)
    tensor([[[[5.]]]])
    """
    kh, kw = _pair(kernel)
    sh, sw = (kh, kw) if stride is None else _pair(stride)
    if kh > x.shape[2] or kw > x.shape[3]:
        raise ValueError("the kernel is larger than the image")
    rows = (x.shape[2] - kh) // sh + 1
    columns = (x.shape[3] - kw) // sw + 1
    lines = []
    for i in range(rows):
        line = []
        for j in range(columns):
            window = x[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw]
            line.append(window.reshape(*x.shape[:2], kh * kw).max(dim=2).values)
        lines.append(torch.stack(line, dim=2))
    return torch.stack(lines, dim=2)


def flatten(x: Tensor, start_dim: int = 1) -> Tensor:
    """All dimensions from start_dim on become one, as in torch.flatten.

    Args:
        x: any shape with at least one dimension; dimensions may be 0.
        start_dim: the first one to flatten; a negative one counts from the end.
    Returns:
        (…, product of the sizes from start_dim on), differentiable.
    Raises:
        IndexError: unless −x.ndim ≤ start_dim < x.ndim.

    >>> flatten(torch.zeros(2, 3, 4, 5)).shape
    torch.Size([2, 60])
    """
    if start_dim < -x.ndim or start_dim >= x.ndim:
        raise IndexError("start_dim is out of range")
    if start_dim < 0:
        start_dim = start_dim + x.ndim
    return x.reshape(x.shape[:start_dim] + (math.prod(x.shape[start_dim:]),))
