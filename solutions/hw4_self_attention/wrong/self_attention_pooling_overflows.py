"""Does not subtract the maximum.

module: pooling
rejected by: test_self_attention_pooling_invariance
"""

import torch
from torch import nn


class SelfAttentionPooling(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.w = nn.Linear(d, 1, bias=False)

    def forward(self, h, pad=None):
        e = self.w(h).squeeze(-1)
        pad = torch.zeros_like(e, dtype=torch.bool) if pad is None else pad
        e = e.exp() * ~pad
        total = e.sum(dim=1, keepdim=True)
        a = e / torch.where(total == 0, 1, total)
        return (a[:, :, None] * h).sum(dim=1)
