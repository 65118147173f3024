"""Gives float32 always.

module: transforms
rejected by: test_resize_pair
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
    return F.interpolate(img[None].float(), (h, w), mode="bilinear", align_corners=False)[0]
