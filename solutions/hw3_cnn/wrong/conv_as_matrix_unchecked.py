"""Gives an empty matrix for a large kernel.

module: convolution
rejected by: test_conv_as_matrix_edges
"""

import torch


def conv_as_matrix(w, H, W):
    n, c, kh, kw = w.shape
    h, v = max(H - kh + 1, 0), max(W - kw + 1, 0)
    M = torch.zeros(n, h, v, c, H, W, dtype=w.dtype)
    for i in range(h):
        for j in range(v):
            M[:, i, j, :, i : i + kh, j : j + kw] = w
    return M.reshape(n * h * v, c * H * W)
