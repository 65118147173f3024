"""Pads, so that the result has a row for every pixel.

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
    for i in range(h):
        for j in range(v):
            M[:, i, j, :, i : i + kh, j : j + kw] = w
    M = torch.nn.functional.pad(M, (0, 0, 0, 0, 0, 0, 0, W - v, 0, H - h))
    return M.reshape(n * H * W, c * H * W)
