"""Mentions forbidden names in comments and texts, and has functions of such names: that is no use of them.
---
base = "right"
points = "14"
"""

import torch
from torch import nn


def addcmul(b, x, w):
    """Like torch.addcmul, torch.nn.Linear and F.linear."""
    return b + x * w  # not torch.addcmul


class Linear(nn.Module):
    """Not torch.nn.Linear."""

    def __init__(self, n):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(n, dtype=torch.float64))
        self.bias = nn.Parameter(torch.zeros(n, dtype=torch.float64))

    def forward(self, x):
        print("torch.addcmul(b, x, w) and torch.nn.functional.linear")
        return addcmul(self.bias, x, self.weight)


Affine = Linear
