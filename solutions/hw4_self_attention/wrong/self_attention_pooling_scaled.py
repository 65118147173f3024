"""Scales by 1/√d.

module: pooling
rejected by: test_self_attention_pooling_value
"""

import torch
from torch import nn


class SelfAttentionPooling(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.w = nn.Linear(d, 1, bias=False)

    def forward(self, h, pad=None):
        e = self.w(h).squeeze(-1) / h.shape[-1] ** 0.5
        pad = torch.zeros_like(e, dtype=torch.bool) if pad is None else pad
        e = e.masked_fill(pad, float("-inf"))
        e = torch.where(pad.all(dim=1, keepdim=True), 0, e)
        a = e.softmax(dim=1).masked_fill(pad, 0)
        return (a[:, :, None] * h).sum(dim=1)
