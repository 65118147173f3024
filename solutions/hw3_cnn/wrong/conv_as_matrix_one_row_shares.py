"""Detaches all but the first copy of the kernel.

module: convolution
rejected by: test_conv_as_matrix_gradient
"""

import torch


def conv_as_matrix(w, H, W):
    n, c, kh, kw = w.shape
    if kh > H or kw > W:
        raise ValueError("kernel larger than the image")
    h, v = H - kh + 1, W - kw + 1
    M = torch.zeros(n, h, v, c, H, W, dtype=w.dtype)
    for i in range(h):
        for j in range(v):
            M[:, i, j, :, i : i + kh, j : j + kw] = w if i == j == 0 else w.detach()
    return M.reshape(n * h * v, c * H * W)
