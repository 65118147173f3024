"""Has the margin in the numerator, but not in the sum.

module: pooling
rejected by: test_am_softmax_value
"""

from torch.nn import functional


def am_softmax(cos, y, s, m):
    margin = m * functional.one_hot(y, cos.shape[1])
    right = (s * (cos - margin)).gather(1, y[:, None])[:, 0]
    return ((s * cos).logsumexp(dim=1) - right).mean()
