"""The right numbers, cut off from the graph.

module: anchor
rejected by: test_softmax_grad
"""

import torch


def softmax(z):
    e = torch.exp(z.detach() - z.detach().max(dim=-1, keepdim=True).values)
    return e / e.sum(dim=-1, keepdim=True)
