"""Multiplies by a ratio in floating point, which can fall below a whole number.

module: transforms
rejected by: test_resize_rounding
"""

import torch.nn.functional as F


def resize(img, size):
    H, W = img.shape[1:]
    if isinstance(size, int):
        h, w = (size, int(size * (W / H))) if H <= W else (int(size * (H / W)), size)
    else:
        h, w = size
    if h < 1 or w < 1:
        raise ValueError("size")
    return F.interpolate(img[None], (h, w), mode="bilinear", align_corners=False)[0]
