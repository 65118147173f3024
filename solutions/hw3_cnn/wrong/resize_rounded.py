"""Rounds the long side to the nearest.

module: transforms
rejected by: test_resize_short_side
"""

import torch.nn.functional as F


def resize(img, size):
    H, W = img.shape[1:]
    if isinstance(size, int):
        h, w = (size, round(size * W / H)) if H <= W else (round(size * H / W), size)
    else:
        h, w = size
    if h < 1 or w < 1:
        raise ValueError("size")
    return F.interpolate(img[None], (h, w), mode="bilinear", align_corners=False)[0]
