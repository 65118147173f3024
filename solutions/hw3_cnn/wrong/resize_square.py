"""Makes a square of an int.

module: transforms
rejected by: test_resize_short_side
"""

import torch.nn.functional as F


def resize(img, size):
    _H, _W = img.shape[1:]
    if isinstance(size, int):
        h, w = size, size
    else:
        h, w = size
    if h < 1 or w < 1:
        raise ValueError("size")
    return F.interpolate(img[None], (h, w), mode="bilinear", align_corners=False)[0]
