"""Gives padding the score 0.

module: pooling
rejected by: test_self_attention_pooling_padding
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
        a = e.masked_fill(pad, 0).softmax(dim=1)
        return (a[:, :, None] * h).sum(dim=1)
