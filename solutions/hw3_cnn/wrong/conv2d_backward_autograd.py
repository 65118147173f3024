"""Lets autograd do it.

module: convolution
rejected by: test_conv2d_backward_dx
"""

import torch
import torch.nn.functional as F


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def conv2d_backward(x, w, dout, stride=1, padding=0):
    (sh, sw), (ph, pw) = _pair(stride), _pair(padding)
    x, w = x.detach().requires_grad_(), w.detach().requires_grad_()
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, w.shape[2], sh).unfold(3, w.shape[3], sw)
    y = torch.einsum("ncijpq,ocpq->noij", windows, w)
    return (*torch.autograd.grad(y, (x, w), dout), dout.sum(dim=(0, 2, 3)))
