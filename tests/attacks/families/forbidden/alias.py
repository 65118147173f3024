"""Gives a forbidden function another name, by an import and by a variable.
---
base = "right"
points = "13"
verdicts = { affine = "failed" }
says = ["torch.addcmul may not be used here: multiply and add"]
"""

import torch
from torch import addcmul as times
from torch import nn

plus = times


class Affine(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(n, dtype=torch.float64))
        self.bias = nn.Parameter(torch.zeros(n, dtype=torch.float64))

    def forward(self, x):
        return plus(self.bias, x, self.weight)
