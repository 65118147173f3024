"""A module whose parameters have another shape, dtype and number after each call.
---
verdicts = { affine = "failed" }
"""

import torch
from torch import nn


class Affine(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(n, dtype=torch.float64))
        self.bias = nn.Parameter(torch.zeros(n, dtype=torch.float64))

    def forward(self, x):
        self.weight.data = torch.ones(10**5, dtype=torch.float16)
        del self.bias
        self.register_buffer("bias", torch.zeros(3, 0, 2))
        return x
