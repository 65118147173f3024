"""Lets the kernel go on in the next row of pixels, as in a band matrix.

module: convolution
rejected by: test_conv_as_matrix_one_channel
"""

import torch


def conv_as_matrix(w, H, W):
    n, c, kh, kw = w.shape
    if kh > H or kw > W:
        raise ValueError("kernel larger than the image")
    h, v = H - kh + 1, W - kw + 1
    M = torch.zeros(n, h, v, c, H, W, dtype=w.dtype)
    M = M.reshape(n, h * v, c, H * W)
    for row in range(h * v):
        for p in range(kh):
            M[:, row, :, row + p * W : row + p * W + kw] = w[:, :, p]
    return M.reshape(n * h * v, c * H * W)
