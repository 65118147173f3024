"""Leaves the right one out of the sum.

module: pooling
rejected by: test_am_softmax_value
"""

from torch.nn import functional


def am_softmax(cos, y, s, m):
    margin = m * functional.one_hot(y, cos.shape[1])
    z = s * (cos - margin)
    right = z.gather(1, y[:, None])
    others = z.scatter(1, y[:, None], float("-inf"))
    return (others.logsumexp(dim=1) - right[:, 0]).mean()
