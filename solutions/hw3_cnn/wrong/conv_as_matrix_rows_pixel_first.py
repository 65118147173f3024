"""Orders the rows by pixel first, then by filter.

module: convolution
rejected by: test_conv_as_matrix_channels, test_conv_as_matrix_agrees
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
    return M.permute(1, 2, 0, 3, 4, 5).reshape(n * h * v, c * H * W)
