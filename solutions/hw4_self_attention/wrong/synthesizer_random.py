"""Is the random Synthesizer, whose weights know nothing of x.

module: efficient_attention
rejected by: test_synthesizer_value
"""

import torch
from torch import nn


class Synthesizer(nn.Module):
    def __init__(self, L, d):
        super().__init__()
        self.L = L
        self.w_1, self.w_2, self.w_v = nn.Linear(d, d), nn.Linear(d, L), nn.Linear(d, d)

    def forward(self, x, key_padding_mask=None):
        n, length, _ = x.shape
        if length > self.L:
            raise ValueError("too long")
        b = self.w_2(torch.relu(self.w_1(torch.ones_like(x))))[:, :, :length]
        allowed = torch.ones(n, 1, length, dtype=torch.bool)
        if key_padding_mask is not None:
            allowed = ~key_padding_mask[:, None, :]
        b = b.masked_fill(~allowed, float("-inf"))
        b = torch.where(allowed.any(dim=-1, keepdim=True), b, 0)
        weights = b.softmax(dim=-1).masked_fill(~allowed, 0)
        return weights @ self.w_v(x), weights
