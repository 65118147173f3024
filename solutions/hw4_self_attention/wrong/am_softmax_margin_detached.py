"""Has no gradient through the right cosine.

module: pooling
rejected by: test_am_softmax_gradient
"""

import torch
from torch.nn import functional


def am_softmax(cos, y, s, m):
    margin = m * functional.one_hot(y, cos.shape[1])
    return functional.cross_entropy(
        s * (torch.where(functional.one_hot(y, cos.shape[1]).bool(), cos.detach(), cos) - margin), y
    )
