"""Takes the sum for a constant.

module: logistic
rejected by: test_softmax_gradient
"""

import torch


def softmax(x, dim):
    e = torch.exp(x - x.amax(dim=dim, keepdim=True))
    return e / e.sum(dim=dim, keepdim=True).detach()
