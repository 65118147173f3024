"""Takes the logarithm of a softmax, −Inf where it is 0.

module: pooling
rejected by: test_am_softmax_large_scale
"""

from torch.nn import functional


def am_softmax(cos, y, s, m):
    margin = m * functional.one_hot(y, cos.shape[1])
    return -(s * (cos - margin)).softmax(dim=1).gather(1, y[:, None]).log().mean()
