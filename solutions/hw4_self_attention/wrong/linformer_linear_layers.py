"""Makes E and F as nn.Linear.

module: efficient_attention
rejected by: test_linformer_state_dict
"""

import math

from torch import nn


class Linformer(nn.Module):
    def __init__(self, L, r):
        super().__init__()
        self.E = nn.Linear(L, r, bias=False)
        self.F = nn.Linear(L, r, bias=False)

    def forward(self, q, k, v, key_padding_mask=None):
        if k.shape[1] != self.E.in_features:
            raise ValueError("length of k")
        if key_padding_mask is not None:
            k = k.masked_fill(key_padding_mask[:, :, None], 0)
            v = v.masked_fill(key_padding_mask[:, :, None], 0)
        weights = (q @ (self.E.weight @ k).transpose(1, 2) / math.sqrt(q.shape[-1])).softmax(dim=-1)
        return weights @ (self.F.weight @ v), weights
