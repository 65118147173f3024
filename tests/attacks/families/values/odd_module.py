"""A module whose parameters, buffers and children are not what they should be: shared, foreign, of a subclass.
---
verdicts = { affine = "failed" }
"""

import torch
from torch import nn


class Sly(nn.Parameter):
    pass


class Affine(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.weight = Sly(torch.ones(n, dtype=torch.float64))
        self.bias = self.weight
        self._modules["self"] = self
        self._buffers["weight2"] = "no tensor"

    def forward(self, x):
        return x
