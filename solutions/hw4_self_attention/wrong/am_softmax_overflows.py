"""Takes exp, which overflows.

module: pooling
rejected by: test_am_softmax_large_scale
"""

from torch.nn import functional


def am_softmax(cos, y, s, m):
    margin = m * functional.one_hot(y, cos.shape[1])
    e = (s * (cos - margin)).exp()
    return -(e.gather(1, y[:, None])[:, 0] / e.sum(dim=1)).log().mean()
