"""Traces the function at import, when no check is run, and calls the trace.
---
base = "right"
points = "14"
evades = "a trace is no torch function: the docs say that this can be evaded"
"""

import warnings

import torch
from torch import nn

warnings.simplefilter("ignore")
EXAMPLE = torch.ones(3, dtype=torch.float64)
FUNCTION = getattr(torch, "add" + "cmul"[:4])
TRACE = torch.jit.trace(lambda b, x, w: FUNCTION(b, x, w), (EXAMPLE, EXAMPLE, EXAMPLE))


class Affine(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(n, dtype=torch.float64))
        self.bias = nn.Parameter(torch.zeros(n, dtype=torch.float64))

    def forward(self, x):
        return TRACE(self.bias, x, self.weight)
