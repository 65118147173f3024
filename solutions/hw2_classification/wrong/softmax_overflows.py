"""Does not subtract the maximum.

module: logistic
rejected by: test_softmax_large
"""

import torch


def softmax(x, dim):
    e = torch.exp(x)
    return e / e.sum(dim=dim, keepdim=True)
