"""Takes the margin off after scaling.

module: pooling
rejected by: test_am_softmax_value
"""

from torch.nn import functional


def am_softmax(cos, y, s, m):
    margin = m * functional.one_hot(y, cos.shape[1])
    return functional.cross_entropy(s * cos - margin, y)
