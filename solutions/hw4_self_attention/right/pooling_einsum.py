"""bmm and logsumexp.

module: pooling
"""

import torch
from torch import nn


class SelfAttentionPooling(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.w = nn.Linear(d, 1, bias=False)

    def forward(self, h, pad=None):
        e = torch.einsum("ntd,d->nt", h, self.w.weight[0])
        if pad is None:
            return torch.bmm(e.softmax(1).unsqueeze(1), h).squeeze(1)
        empty = pad.all(1, keepdim=True)
        a = e.masked_fill(pad & ~empty, -torch.inf).softmax(1)
        return torch.bmm(a.masked_fill(empty, 0.0).unsqueeze(1), h).squeeze(1)


def am_softmax(cos, y, s, m):
    rows = torch.arange(len(y))
    z = (s * cos).index_put((rows, y), s * (cos[rows, y] - m))
    return (z.logsumexp(1) - z[rows, y]).mean()
