"""Lets interpolate complain about a side of 0, by a RuntimeError.

module: transforms
rejected by: test_resize_edges
"""

import torch.nn.functional as F


def resize(img, size):
    H, W = img.shape[1:]
    if isinstance(size, int):
        h, w = (size, size * W // H) if H <= W else (size * H // W, size)
    else:
        h, w = size
    return F.interpolate(img[None], (h, w), mode="bilinear", align_corners=False)[0]
