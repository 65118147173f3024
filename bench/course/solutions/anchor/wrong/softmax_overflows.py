"""Does not subtract the maximum.

module: anchor
rejected by: test_softmax_value
"""

import torch


def softmax(z):
    e = torch.exp(z)
    return e / e.sum(dim=-1, keepdim=True)
