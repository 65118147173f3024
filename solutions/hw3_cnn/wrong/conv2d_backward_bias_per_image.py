"""Leaves the batch axis in db.

module: convolution
rejected by: test_conv2d_backward_db
"""

import torch
import torch.nn.functional as F


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def conv2d_backward(x, w, dout, stride=1, padding=0):
    (sh, sw), (ph, pw) = _pair(stride), _pair(padding)
    padded = F.pad(x, (pw, pw, ph, ph))
    dx, dw = torch.zeros_like(padded), torch.zeros_like(w)
    for p in range(w.shape[2]):
        for q in range(w.shape[3]):
            rows = slice(p, p + sh * (dout.shape[2] - 1) + 1, sh)
            columns = slice(q, q + sw * (dout.shape[3] - 1) + 1, sw)
            dw[:, :, p, q] = torch.einsum("noij,ncij->oc", dout, padded[:, :, rows, columns])
            dx[:, :, rows, columns] += torch.einsum("noij,oc->ncij", dout, w[:, :, p, q])
    dx = dx[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]]
    return dx, dw, dout.sum(dim=(2, 3))
