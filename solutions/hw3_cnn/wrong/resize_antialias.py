"""Smooths when the image gets smaller.

module: transforms
rejected by: test_resize_shrinks
"""

import torch.nn.functional as F


def resize(img, size):
    H, W = img.shape[1:]
    if isinstance(size, int):
        h, w = (size, size * W // H) if H <= W else (size * H // W, size)
    else:
        h, w = size
    if h < 1 or w < 1:
        raise ValueError("size")
    return F.interpolate(img[None], (h, w), mode="bilinear", align_corners=False, antialias=True)[0]
