"""Scales the right one only.

module: pooling
rejected by: test_am_softmax_value
"""

import torch
from torch.nn import functional


def am_softmax(cos, y, s, m):
    margin = m * functional.one_hot(y, cos.shape[1])
    return functional.cross_entropy(torch.where(margin != 0, s * (cos - margin), cos), y)
