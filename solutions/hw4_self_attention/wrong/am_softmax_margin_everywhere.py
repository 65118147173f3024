"""Takes the margin off every cosine.

module: pooling
rejected by: test_am_softmax_value
"""

from torch.nn import functional


def am_softmax(cos, y, s, m):
    return functional.cross_entropy(s * (cos - m), y)
