"""Takes the margin off in place.

module: pooling
rejected by: test_am_softmax_value, test_am_softmax_special_cases
"""

import torch
from torch.nn import functional


def am_softmax(cos, y, s, m):
    cos.data[torch.arange(len(y)), y] -= m
    return functional.cross_entropy(s * cos, y)
