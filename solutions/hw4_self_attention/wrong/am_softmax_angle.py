"""Adds the margin to the angle.

module: pooling
rejected by: test_am_softmax_value, test_am_softmax_large_scale
"""

import torch
from torch.nn import functional


def am_softmax(cos, y, s, m):
    margin = m * functional.one_hot(y, cos.shape[1])
    return functional.cross_entropy(
        s * torch.where(margin != 0, torch.cos(torch.acos(cos.clamp(-0.999999, 0.999999)) + m), cos), y
    )
