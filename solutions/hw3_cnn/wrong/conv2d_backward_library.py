"""Calls torch.nn.grad.

module: convolution
rejected by: test_conv2d_backward_dw
"""

import torch


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def conv2d_backward(x, w, dout, stride=1, padding=0):
    stride, padding = _pair(stride), _pair(padding)
    dx = torch.nn.grad.conv2d_input(x.shape, w, dout, stride, padding)
    dw = torch.nn.grad.conv2d_weight(x, w.shape, dout, stride, padding)
    return dx, dw, dout.sum(dim=(0, 2, 3))
