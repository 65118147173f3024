"""Takes the first speaker for the right one of everybody.

module: pooling
rejected by: test_am_softmax_value, test_am_softmax_gradient
"""

from torch.nn import functional


def am_softmax(cos, y, s, m):
    margin = m * functional.one_hot(0 * y, cos.shape[1])
    return functional.cross_entropy(s * (cos - margin), y)
