"""Tells with each reply of new modules and parameters, until the other side has no room for them.
---
verdicts = { summary = "failed", affine = "failed" }
"""

import torch
from torch import nn


class Affine(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(n, dtype=torch.float64))
        self.bias = nn.Parameter(torch.ones(n, dtype=torch.float64))

    def forward(self, x):
        for n in range(3000):
            setattr(self, f"more{n}_{len(self._modules)}", nn.Linear(1, 1))
        return x


def summary(values, name):
    return [nn.Linear(1, 1) for _ in range(3000)]
