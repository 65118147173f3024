"""HW3, part 1: Kaori"""

import torch
import torch.nn.functional as F


def _pair(value):
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def _out(size, kernel, stride, padding=0):
    """沿一個方向有幾個視窗."""
    if size + 2 * padding < kernel:
        raise ValueError("the kernel is larger than the image")
    return (size + 2 * padding - kernel) // stride + 1


def conv2d(x, w, b=None, stride=1, padding=0):
    """每個視窗拉成一行, 然後就是矩陣乘法."""
    stride, padding, kernel = _pair(stride), _pair(padding), w.shape[2:]
    if x.shape[1] != w.shape[1]:
        raise ValueError("x and w differ in channels")
    h = _out(x.shape[2], kernel[0], stride[0], padding[0])
    width = _out(x.shape[3], kernel[1], stride[1], padding[1])
    columns = F.unfold(x, kernel, padding=padding, stride=stride)  # (N, C*kh*kw, H'*W')
    y = w.flatten(1) @ columns
    if b is not None:
        y = y + b[:, None]
    return y.view(x.shape[0], w.shape[0], h, width)


def conv2d_backward(x, w, dout, stride=1, padding=0):
    """矩陣乘法的反向, 再用 fold 加回去."""
    stride, padding, kernel = _pair(stride), _pair(padding), w.shape[2:]
    columns = F.unfold(x, kernel, padding=padding, stride=stride)
    d = dout.flatten(2)  # (N, O, H'*W')
    dw = torch.matmul(d, columns.transpose(1, 2)).sum(0).view(w.shape)
    dx = F.fold(w.flatten(1).t() @ d, x.shape[2:], kernel, padding=padding, stride=stride)
    db = d.sum((0, 2))
    return dx, dw, db


def conv_as_matrix(w, H, W):
    """第 k 行 = 第 k 個像素為 1 的圖的卷積."""
    c = w.shape[1]
    images = torch.eye(c * H * W, dtype=w.dtype).view(-1, c, H, W)
    return conv2d(images, w).flatten(1).t()


def receptive_field(layers):
    r, jump = 1, 1
    for kernel, stride in layers:
        r += (kernel - 1) * jump
        jump *= stride
    return r


def max_pool2d(x, kernel, stride=None):
    kernel = _pair(kernel)
    stride = kernel if stride is None else _pair(stride)
    n, c, height, width = x.shape
    h, wd = _out(height, kernel[0], stride[0]), _out(width, kernel[1], stride[1])
    columns = F.unfold(x.reshape(n * c, 1, height, width), kernel, stride=stride)
    index = columns.argmax(dim=1, keepdim=True)
    return columns.gather(1, index).view(n, c, h, wd)


def flatten(x, start_dim=1):
    if not -x.dim() <= start_dim <= x.dim() - 1:
        raise IndexError("start_dim")
    return torch.flatten(x, start_dim)
