"""Adds 10⁻¹² before the logarithm.

module: pooling
rejected by: test_am_softmax_value
"""

from torch.nn import functional


def am_softmax(cos, y, s, m):
    margin = m * functional.one_hot(y, cos.shape[1])
    return -((s * (cos - margin)).softmax(dim=1).gather(1, y[:, None]) + 1e-12).log().mean()
