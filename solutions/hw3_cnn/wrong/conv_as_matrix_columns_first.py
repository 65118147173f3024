"""Orders the pixels column by column.

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
    return M.permute(0, 2, 1, 3, 5, 4).reshape(n * h * v, c * H * W)
